// What is kept in the browser, where the page and the browser allow it.

/** Run `use` on localStorage; undefined where that is blocked or full, or an element says storage="none". */
export function local(use) {
  try {
    if (!document.querySelector('journeyloop-survey[storage=none]')) return use(localStorage)
  } catch {} // as if there were none
}

/** What this browser remembers: {draw, never?, asked: {survey: seconds since 1970}}. No identifier of a person. */
export function memory() {
  const found = local((storage) => JSON.parse(storage.journeyloop))
  return { draw: (Math.random() * 1e4) | 0, asked: {}, ...found }
}

/** Remember `change` as well. */
export function remember(change) {
  local((storage) => (storage.journeyloop = JSON.stringify({ ...memory(), ...change })))
}

/** Remember that this survey was shown now; with `sign` -1: that it was closed unanswered. */
export function note(survey, sign) {
  remember({ asked: { ...memory().asked, [survey]: sign * Math.round(Date.now() / 1e3) } })
}
