// A corner or sheet stays clear of the page's own fixed buttons and of the on-screen keyboard.

const CONTROLS = 'a,button,input,[role=button]'
const GAP = 8

/** Lift the card above what it must not cover; returns what ends that. */
export function anchor(card) {
  const seen = visualViewport
  const move = (pixels) => card.style.setProperty('--lift', pixels + 'px')
  const lift = () => {
    const keyboard = Math.max(0, innerHeight - seen.height * seen.scale - seen.offsetTop)
    move(keyboard)
    const { left, right, top, bottom } = card.getBoundingClientRect()
    let above = bottom
    for (const control of document.querySelectorAll(CONTROLS)) {
      const box = control.getBoundingClientRect()
      const isUnder = box.left < right && box.right > left && box.top < above && box.bottom > top
      if (isUnder && isFixed(control)) above = box.top - GAP
    }
    move(keyboard + bottom - above)
  }
  lift()
  seen.addEventListener('resize', lift)
  return () => seen.removeEventListener('resize', lift)
}

const isFixed = (element) =>
  element && (/fixed|sticky/.test(getComputedStyle(element).position) || isFixed(element.parentElement))
