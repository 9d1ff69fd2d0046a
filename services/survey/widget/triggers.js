// When a survey asks to be shown. The value of a trigger is the attribute of its name: trigger="delay" delay="5".

/** Call `fire` once the element's trigger comes; returns what takes the trigger back. */
export function arm(element, fire) {
  const kind = element.getAttribute('trigger') || 'load'
  const value = element.getAttribute(kind)
  const once = (target, type, test) => {
    const listener = () => test() && fire()
    target.addEventListener(type, listener, true)
    return () => target.removeEventListener(type, listener, true)
  }
  if (kind === 'load') fire()
  if (kind === 'visible') {
    const margin = { rootMargin: '1px' } // the element has no height yet, and may lie on a fraction of a pixel
    const observer = new IntersectionObserver((entries) => entries.some((one) => one.isIntersecting) && fire(), margin)
    observer.observe(element)
    return () => observer.disconnect()
  }
  if (kind === 'delay') {
    const timer = setTimeout(fire, (value || 5) * 1e3)
    return () => clearTimeout(timer)
  }
  if (kind === 'scroll') return once(window, 'scroll', () => hasScrolled(value || 50))
  if (kind === 'event') return once(window, value, () => true)
}

function hasScrolled(percent) {
  const { scrollTop, scrollHeight, clientHeight } = document.scrollingElement
  return scrollTop + clientHeight >= (scrollHeight * percent) / 100
}
