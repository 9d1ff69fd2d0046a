// One constructed style sheet for all elements: a CSP that forbids <style> and style attributes allows it.
import css from './style.css'

let made

/** The style sheet; made when first asked for, because a server has none. */
export default function sheet() {
  if (!made) (made = new CSSStyleSheet()).replaceSync(css)
  return made
}
