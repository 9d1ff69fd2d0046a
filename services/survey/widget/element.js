// <journeyloop-survey>: from hidden through question and details to thanks.
import { flush, keep, send } from './queue.js'
import { memory, remember } from './storage.js'
import { request } from './request.js'
import { arm } from './triggers.js'
import { finish, view } from './view.js'
import { anchor } from './anchor.js'
import sheet from './style.js'

const PAUSE = 2000 // after a person's last change
const FORM_TIMEOUT = 8000
const HERE = new URL('.', import.meta.url).href
let shown // the one survey of this page view

const uuid = () =>
  '10000000-1000-4000-8000-100000000000'.replace(/[018]/g, (digit) =>
    (digit ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (digit / 4)))).toString(16),
  )

/** The custom element. On a server, where there are no elements, an empty class: importing does no harm. */
export class Survey extends (globalThis.HTMLElement || class {}) {
  static observedAttributes = ['survey']

  connectedCallback() {
    this.root ||= this.attachShadow({ mode: 'open' })
    this.root.adoptedStyleSheets = [sheet()]
    this.disarm = arm(this, () => this.open())
    flush(true)
  }

  disconnectedCallback() {
    this.disarm?.()
    this.remove_()
  }

  attributeChangedCallback(_, before, now) {
    if (before !== now && this.isConnected && this.root) {
      this.disconnectedCallback()
      this.connectedCallback()
    }
  }

  get base() {
    return this.getAttribute('base')?.replace(/\/*$/, '/') || HERE
  }

  /** Ask the service whether to show the survey, and show it; every outcome is an event. */
  async open() {
    this.disarm?.()
    const survey = this.getAttribute('survey')
    const remembered = memory()
    if (shown && shown !== this) return this.hide('another survey is shown on this page')
    if (this.parts || this.asking) return
    if (remembered.never) return this.hide('the visitor asked not to be asked again')
    shown = this.asking = this
    const query = new URLSearchParams()
    for (const name of ['respondent', 'sig', 'lang']) if (this.getAttribute(name)) query.set(name, this.getAttribute(name))
    if (this.getAttribute('storage') !== 'none') query.set('draw', remembered.draw)
    if (remembered.asked[survey]) query.set('asked', remembered.asked[survey])
    if ('debug' in this.dataset) query.set('explain', 1)
    remember({ draw: remembered.draw })
    const { status, json } = await request(`${this.base}v1/surveys/${survey}/form?${query}`, null, FORM_TIMEOUT)
    this.asking = null
    if (json?.show && this.isConnected) return this.show_(json)
    this.hide(json?.hidden_because || (status ? `${status} ${json?.title || ''} ${json?.detail || ''}` : 'the form did not come'))
  }

  hide(reason) {
    if (shown === this) shown = null
    this.tell('hidden', { reason })
  }

  show_(form) {
    const placement = this.getAttribute('placement')
    const isFixed = placement === 'corner' || placement === 'sheet'
    this.form = form
    this.answer = null
    const parts = (this.parts = view(form, this.getAttribute('score'), isFixed))
    if (isFixed) {
      parts.card.classList.add('fixed', placement)
      this.release = anchor(parts.card)
    }
    this.listen(parts)
    this.root.append(parts.card)
    this.state('question')
    remember({ asked: { ...memory().asked, [form.survey]: Math.floor(Date.now() / 1e3) } })
    this.count('shown')
    this.tell('shown')
    if (isFixed) parts.status.textContent = form.question
  }

  listen({ card, form, close, never }) {
    let isArrow // an arrow key passes over the scores: only where it rests counts
    form.onkeydown = ({ key }) => (isArrow = /^Arrow/.test(key))
    form.onkeyup = () => (isArrow = false)
    form.oninput = ({ target }) => this.change(target.name === 'score', isArrow)
    form.onsubmit = (event) => {
      event.preventDefault()
      this.submit()
    }
    never.onclick = () => {
      remember({ never: 1 })
      this.count('never')
      this.close('never')
    }
    if (close) {
      close.onclick = () => this.close('dismissed')
      card.onkeydown = ({ key }) => key === 'Escape' && this.close('dismissed')
    }
  }

  /** A person changed something: it is kept at once, and sent when nothing else came for a while. */
  change(isScore, isPassing) {
    const { details, problem } = this.parts
    if (isScore) {
      if (!this.hasChosen) this.count('started')
      this.hasChosen = true
      details.hidden = false
      problem.hidden = true
      this.state('details')
    }
    clearTimeout(this.timer)
    if (!this.hasChosen) return
    if (!isPassing) this.keep(PAUSE)
    this.timer = setTimeout(() => this.deliver(0), PAUSE)
  }

  /** Put what the form says now into the queue, due in `pause` ms. */
  keep(pause) {
    const fields = new FormData(this.parts.form)
    const now = Date.now()
    this.answer ||= { id: uuid(), base: this.base, survey: this.form.survey, at: now, who: this.who(now) }
    this.answer.due = pause && now + pause
    this.answer.want = {
      score: +fields.get('score'),
      comment: fields.get('comment').trim() || null,
      reasons: fields.getAll('reasons').sort(),
    }
    keep(this.answer, (outcome) => this.outcome(outcome))
  }

  who(now) {
    const who = { lang: this.form.lang, channel: this.getAttribute('channel') || 'web', answered_at: new Date(now).toISOString() }
    for (const name of ['respondent', 'sig']) if (this.getAttribute(name)) who[name] = this.getAttribute(name)
    try {
      who.attributes = JSON.parse(this.getAttribute('attributes') || '{}')
    } catch {
      this.debug('attributes are not JSON and were left out')
    }
    return who
  }

  deliver() {
    clearTimeout(this.timer)
    const isFirst = !this.answer?.told
    this.keep(0)
    if (isFirst) {
      this.answer.told = 1
      this.tell('answered', { id: this.answer.id, score: this.answer.want.score })
    }
    return send(this.answer, true)
  }

  submit() {
    const { form, problem, card, button, status } = this.parts
    if (this.submitted) return
    if (!new FormData(form).get('score')) {
      problem.hidden = false
      form.querySelector('input').focus()
      return
    }
    this.submitted = true
    this.hasChosen = true
    button.setAttribute('aria-disabled', true)
    status.textContent = this.form.texts.saving
    this.state('saving')
    this.deliver()
  }

  /** What became of the answer that was sent: 'saved', 'queued' (and tried again), or 'error'. */
  outcome(outcome) {
    this.tell(outcome, { id: this.answer.id })
    if (!this.submitted || !this.parts) return
    const { thanks, texts } = this.form
    const words = outcome === 'saved' ? thanks || texts.saved : texts[outcome]
    const isHere = this.root.activeElement || document.activeElement === document.body
    if (this.last) this.last.text.textContent = words
    else this.last = finish(this.parts, texts, words, isHere)
    this.last.heading.hidden = outcome === 'error'
    this.state(outcome === 'saved' ? 'thanks' : outcome)
  }

  close(reason) {
    if (this.hasChosen && !this.submitted) this.deliver()
    if (!this.hasChosen && reason === 'dismissed') this.count('dismissed')
    this.remove_()
    this.tell('closed', { reason: this.hasChosen ? 'answered' : reason })
  }

  remove_() {
    clearTimeout(this.timer)
    this.release?.()
    this.parts?.card.remove()
    this.parts = this.last = null
    if (shown === this) shown = null
  }

  state(name) {
    this.parts.card.dataset.state = name
  }

  /** Count a step for the response rate, where the service asks for it; nothing depends on it. */
  count(step) {
    const { counts } = this.form
    const [respondent, sig] = ['respondent', 'sig'].map((name) => this.getAttribute(name) || undefined)
    if (counts) request(this.base + counts, { step, respondent, sig }, FORM_TIMEOUT)
  }

  tell(type, detail) {
    const survey = this.getAttribute('survey')
    this.debug(type, detail)
    this.dispatchEvent(new CustomEvent(`journeyloop:${type}`, { bubbles: true, composed: true, detail: { survey, ...detail } }))
  }

  debug(...words) {
    if ('debug' in this.dataset) console.info('journeyloop', this.getAttribute('survey'), ...words)
  }
}
