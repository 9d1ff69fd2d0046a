// A corner or sheet stays clear of the on-screen keyboard.

/** Lift the card above whatever covers the bottom of the window; returns what ends that. */
export function anchor(card) {
  const seen = window.visualViewport
  if (!seen) return
  const lift = () => {
    const covered = innerHeight - seen.height * seen.scale - seen.offsetTop
    card.style.setProperty('--lift', `${Math.max(0, covered)}px`)
  }
  seen.addEventListener('resize', lift)
  return () => seen.removeEventListener('resize', lift)
}
