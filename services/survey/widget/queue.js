// Answers on their way: kept from a person's first choice until the service has said that it has them.
//
// The first content that is sent under an id is frozen, because the service takes an id only once with one content;
// whatever changed meanwhile follows as an amendment. So everything may be sent again at any time, by any tab.
import { local } from './storage.js'
import { request } from './request.js'

const PREFIX = 'journeyloop:answer:'
const TIMEOUT = 1e4 // of a request; by then a living page has sent its own answers
const mine = new Map() // id → [answer, tell]: answers given in this page
const busy = new Map() // id → the promise of the attempt under way
let timer

/**
 * Keep an answer, and send it when it is due (ms since 1970); `tell` hears 'saved', 'queued' or 'error'.
 * An answer: {id, base, survey, at, due, who: {…what the page says}, want: {score, comment, reasons}}.
 */
export function keep(answer, tell) {
  mine.set(answer.id, [answer, tell])
  save(answer)
  local((storage) => {
    // 20 are kept at most, each for 7 days
    const oldest = stored(storage).sort((one, other) => other.at - one.at)
    oldest.slice(20).forEach(({ id }) => delete storage[PREFIX + id])
  })
  schedule()
}

/** Send what is due; `eager` even before its back-off is over, though never before the service's Retry-After. */
export async function flush(eager) {
  await Promise.all([...mine.values()].map(([answer]) => send(answer, eager)))
  const others = async (lock) => {
    for (const answer of lock ? orphans() : []) {
      // what throws is malformed further in: it must not keep back the others
      if (answer.due <= Date.now()) await send({ ...answer, due: 0 }, eager).catch(() => drop(answer))
    }
  }
  const { locks } = navigator // one tab at a time, where tabs can agree
  await (locks ? locks.request('journeyloop', { ifAvailable: true }, others).catch(() => {}) : others(true))
  schedule()
}

/** Send all there is without waiting; where the page is `gone`, the next one may have what does not arrive. */
export function leave(gone) {
  for (const [answer] of mine.values()) {
    answer.due = gone ? 0 : Date.now()
    save(answer)
    send(answer, true)
  }
}

/** Send one answer now, or after the attempt under way; resolves to what `tell` hears. */
export function send(answer, eager) {
  const attempt = async () => {
    await busy.get(answer.id)
    const now = Date.now()
    if (now - answer.at > 7 * 864e5) drop(answer)
    else if (now >= answer.due && now >= (answer.after || 0) && (eager || now >= (answer.next || 0))) {
      const tell = mine.get(answer.id)?.[1]
      const outcome = await deliver(answer)
      tell?.(outcome)
    }
  }
  const promise = attempt().then(() => busy.get(answer.id) === promise && busy.delete(answer.id))
  busy.set(answer.id, promise)
  return promise
}

async function deliver(answer) {
  for (;;) {
    const { id, base, edit_token, change = 0 } = answer
    const wanted = JSON.stringify(answer.want)
    if (answer.done === wanted) return drop(answer), 'saved'
    answer.first ||= answer.want
    // this browser's clock, and greater each time: the service leaves aside an amendment that a later one overtook
    answer.change = Math.max(Date.now(), change + 1)
    save(answer)
    const { status_: status, json_: json, wait_: wait } = await (edit_token
      ? request(`${base}v1/responses/${id}/amend`, { ...answer.want, edit_token, change: answer.change }, TIMEOUT)
      : request(`${base}v1/surveys/${answer.survey}/responses`, { ...answer.who, ...answer.first, id }, TIMEOUT))
    if (status < 300 && json?.id === id) {
      answer.done = edit_token ? wanted : JSON.stringify(answer.first)
      Object.assign(answer, json, { tries: 0 }) // edit_token; contact_url where the customer is asked for a contact
    } else if (!/^4(?!08|29)/.test(status)) {
      return postpone(answer, wait), 'queued'
    } else if (status !== 422 || !forgive(answer, json?.errors)) {
      return drop(answer), 'error'
    }
  }
}

/** Leave out what the service does not take, unless it is the score: an answer weighs more than its attributes. */
function forgive(answer, errors) {
  let left = 0
  for (const path in errors) {
    const field = path.split(/[.[]/)[0]
    for (const part of [answer.who, answer.want, answer.first]) {
      if (field !== 'score' && field in part) left = delete part[field]
    }
  }
  return left
}

function postpone(answer, wait) {
  answer.tries = -~answer.tries
  const pause = Math.min(6e4, 1e3 * 2 ** answer.tries) * (1 + Math.random()) / 2
  answer.next = Date.now() + pause
  if (wait) answer.after = Date.now() + wait
  save(answer)
  schedule()
}

function schedule() {
  const waiting = [...[...mine.values()].map(([answer]) => answer), ...orphans()]
  const times = waiting.map(({ due, next = 0, after = 0 }) => Math.max(due, next, after))
  clearTimeout(timer)
  if (times.length) timer = setTimeout(flush, Math.max(500, Math.min(...times) - Date.now()))
}

/** Answers of pages that are gone, due once a living page would have sent them. */
const orphans = () =>
  (local(stored) || [])
    .filter(({ id }) => !mine.has(id))
    .map((answer) => ({ ...answer, due: answer.due && answer.due + TIMEOUT }))

/** What is kept, without what is malformed: other code of the site may have written there too. */
const stored = (storage) =>
  Object.keys(storage)
    .filter((key) => key.startsWith(PREFIX))
    .map((key) => ({ ...local(() => JSON.parse(storage[key])), id: key.slice(PREFIX.length) }))
    .filter(({ at, due }) => at + due > 0)

function save(answer) {
  local((storage) => (storage[PREFIX + answer.id] = JSON.stringify(answer)))
}

function drop({ id }) {
  mine.delete(id)
  local((storage) => delete storage[PREFIX + id])
}
