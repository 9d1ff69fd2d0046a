// Journeyloop's survey widget: import it, and every <journeyloop-survey> works. Importing it on a server does nothing.
import { Survey } from './element.js'
import { flush as flushQueue, leave } from './queue.js'

const NAME = 'journeyloop-survey'

/** Add a survey to the page: options are the element's attributes, and `target` (an element, default: the body). */
export function mount({ target = document.body, attributes, ...options }) {
  const element = document.createElement(NAME)
  if (attributes) element.setAttribute('attributes', JSON.stringify(attributes))
  for (const name in options) element.setAttribute(name, options[name])
  target.append(element)
  return element
}

/** Open a survey of the page now, whatever its trigger; one that is not there appears in the corner. */
export function open(survey) {
  const found = [...document.querySelectorAll(NAME)].find((one) => !survey || one.getAttribute('survey') === survey)
  return (found || mount({ survey, placement: 'corner', trigger: 'manual' })).open()
}

/** Send answers that are waiting, now. */
export const flush = () => flushQueue(true)

/** Hear of shown, answered, saved, queued, closed, hidden or error; returns what ends that. */
export function on(type, listener) {
  document.addEventListener(`journeyloop:${type}`, listener)
  return () => document.removeEventListener(`journeyloop:${type}`, listener)
}

if (globalThis.customElements && !customElements.get(NAME)) {
  customElements.define(NAME, Survey)
  flush()
  addEventListener('online', flush)
  addEventListener('pagehide', () => leave(true))
  document.addEventListener('visibilitychange', () => (document.hidden ? leave() : flush()))
}
