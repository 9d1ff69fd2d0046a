// <journeyloop-survey>: from hidden through question and details to thanks.
import { anchor } from './anchor.js'
import { keep, send } from './queue.js'
import { request } from './request.js'
import { memory, note, remember } from './storage.js'
import sheet from './style.js'
import { arm } from './triggers.js'
import { finish, h, link, view } from './view.js'

const PAUSE = 2000 // after a person's last change
const FORM_TIMEOUT = 8000
const HERE = new URL('.', import.meta.url).href
let shown // the one survey of this page view

// A random UUID; crypto.randomUUID is missing where the page came by plain http.
const uuid = () => URL.createObjectURL(new Blob()).slice(-36)

/** The custom element. On a server, where there are no elements, an empty class: importing does no harm. */
export class Survey extends (globalThis.HTMLElement || class {}) {
  connectedCallback() {
    const styles = [sheet()] // where that fails, in an old browser, the link stays
    this.root_ ||= this.attachShadow({ mode: 'open' })
    this.root_.adoptedStyleSheets = styles
    // what stood here keeps its room, though unseen, where the card does not take it: nothing may move
    this.isFixed_ = /corner|sheet/.test(this.getAttribute('placement'))
    this.root_.replaceChildren(this.isFixed_ ? h('slot') : '')
    this.disarm_ = arm(this, () => this.open())
  }

  disconnectedCallback() {
    this.disarm_?.()
    this.remove_()
  }

  /** Ask the service whether to show the survey, and show it; every outcome is an event. */
  async open() {
    this.disarm_?.()
    if (shown === this) return
    if (shown) return this.hide_('another survey is shown')
    const { never, draw, asked } = memory()
    if (never) return this.hide_('the visitor asked not to be asked again')
    shown = this
    const key = (this.key_ = this.getAttribute('survey'))
    this.base_ = this.getAttribute('base')?.replace(/\/*$/, '/') || HERE
    remember({ draw })
    const query = new URLSearchParams({ ...this.given_('respondent', 'sig', 'lang'), draw })
    if (this.closest('[lang]') && !query.has('lang')) query.set('lang', this.closest('[lang]').lang)
    if (asked?.[key]) query.set('asked', asked[key])
    if (this.hasAttribute('data-debug')) query.set('explain', 1)
    const { status_: status, json_: json } = await request(`${this.base_}v1/surveys/${key}/form?${query}`, null, FORM_TIMEOUT)
    this.debug_(json)
    if (shown !== this || key !== this.key_) return
    if (json?.show) this.show_(json)
    else this.hide_(json?.hidden_because || json?.detail || `no form came (${status})`)
  }

  /** Take the card away; an answer begun is sent. */
  close(reason = 'dismissed') {
    if (!this.parts_) return
    const hasAnswered = !!this.answer_
    if (hasAnswered && !this.isSubmitted_) this.deliver_()
    if (!hasAnswered) note(this.form_.survey, -1)
    if (!hasAnswered || reason === 'never') this.count_(reason)
    this.remove_()
    this.tell_('closed', { reason: hasAnswered && reason === 'dismissed' ? 'answered' : reason })
  }

  hide_(reason) {
    if (shown === this) shown = null
    this.tell_('hidden', { reason })
  }

  show_(form) {
    const isFixed = this.isFixed_
    this.form_ = form
    this.answer_ = this.isSubmitted_ = this.hasChosen_ = null
    const parts = (this.parts_ = view(form, this.getAttribute('score'), isFixed))
    if (isFixed) parts.card_.classList.add('fixed', this.getAttribute('placement'))
    this.listen_(parts)
    this.root_.append(parts.card_)
    this.state_('question')
    this.settle_()
    note(form.survey, 1)
    this.count_('shown')
    this.tell_('shown')
    // a live region is heard only when it changes, not when it comes
    if (isFixed) setTimeout(() => (parts.status_.textContent ||= form.question), 200)
  }

  listen_({ card_: card, form_: form, close_: close, never_: never }) {
    let isPassing // an arrow key passes over scores: only the one on which it rests counts
    form.onkeydown = form.onkeyup = ({ type, key }) => {
      isPassing = type === 'keydown' && /^Arrow/.test(key)
    }
    form.oninput = ({ target }) => this.change_(target.name === 'score', isPassing)
    form.onsubmit = (event) => {
      event.preventDefault()
      this.submit_()
    }
    never.onclick = () => {
      remember({ never: 1 })
      this.close('never')
    }
    if (close) {
      close.onclick = () => this.close()
      card.onkeydown = ({ key }) => {
        if (key === 'Escape') this.close()
      }
    }
  }

  /** A person changed something: it is kept at once, and sent when nothing else came for a while. */
  change_(isScore, isPassing) {
    const { details_: details, problem_: problem } = this.parts_
    if (isScore) {
      if (!this.hasChosen_) this.count_('started')
      this.hasChosen_ = true
      details.hidden = false
      problem.hidden = true
      this.state_('details')
    }
    clearTimeout(this.timer_)
    if (isPassing && isScore) this.timer_ = setTimeout(() => this.deliver_(), PAUSE)
    else if (this.hasChosen_) this.keep_(PAUSE)
  }

  /** Put what the form says now into the queue, due in `pause` ms. */
  keep_(pause) {
    const fields = new FormData(this.parts_.form_)
    const now = Date.now()
    const isFirst = !this.answer_
    this.answer_ ||= { id: uuid(), base: this.base_, survey: this.form_.survey, at: now, who: this.who_(now) }
    this.answer_.due = now + pause
    this.answer_.want = {
      score: +fields.get('score'),
      comment: fields.get('comment').trim() || null,
      reasons: fields.getAll('reasons').sort(),
    }
    keep(this.answer_, (outcome) => this.outcome_(outcome))
    if (isFirst) this.tell_('answered')
  }

  who_(now) {
    const { channel = 'web', attributes = '{}', ...who } = this.given_('respondent', 'sig', 'channel', 'attributes')
    try {
      who.attributes = JSON.parse(attributes)
    } catch {
      this.debug_('attributes is not JSON')
    }
    return { ...who, channel, lang: this.form_.lang, answered_at: new Date(now).toISOString() }
  }

  deliver_() {
    clearTimeout(this.timer_)
    this.keep_(0)
    return send(this.answer_, true)
  }

  submit_() {
    const { form_: form, problem_: problem, button_: button, status_: status } = this.parts_
    if (this.isSubmitted_) return
    if (!new FormData(form).has('score')) {
      problem.hidden = false
      return form.querySelector('input').focus()
    }
    this.isSubmitted_ = true
    button.ariaDisabled = true
    button.textContent = status.textContent = this.form_.texts.saving
    this.state_('saving')
    this.deliver_()
  }

  /** What became of the answer: 'saved', 'queued' (it will be tried again), or 'error'. */
  outcome_(outcome) {
    const { parts_: parts, root_: root, form_: { thanks, texts } } = this
    const before = parts?.card_.dataset.state
    this.tell_(outcome)
    if (!this.isSubmitted_ || !parts || before === outcome) return // tried again in vain: nothing new to say
    // Safari leaves the focus on the body when Send is clicked; later it is the person's own
    const isHere = root.activeElement || (before === 'saving' && document.activeElement === document.body)
    const words = (outcome === 'saved' && thanks) || texts[outcome]
    const more = link(this.answer_.contact_url, texts.contact) // where the customer may say how to reach them
    const heading = finish(parts, outcome === 'error' ? texts.sorry : texts.thanks, words, more)
    this.settle_()
    if (isHere) heading.focus()
    this.state_(outcome === 'saved' ? 'thanks' : outcome)
  }

  remove_() {
    clearTimeout(this.timer_)
    this.release_?.()
    this.parts_?.card_.remove()
    this.parts_ = null
    if (shown === this) shown = null
  }

  settle_() {
    this.release_?.()
    if (this.isFixed_) this.release_ = anchor(this.parts_.card_)
  }

  state_(name) {
    this.parts_.card_.dataset.state = name
  }

  /** Those of the named attributes that are there. */
  given_(...names) {
    return Object.fromEntries(names.map((name) => [name, this.getAttribute(name)]).filter(([, value]) => value))
  }

  /** Count a step for the response rate, where the form says where to; nothing depends on it. */
  count_(step) {
    const { counts } = this.form_
    if (counts) request(this.base_ + counts, { step, ...this.given_('respondent', 'sig') }, FORM_TIMEOUT)
  }

  tell_(type, more) {
    const { id, want } = this.answer_ || {}
    const detail = { survey: this.getAttribute('survey'), id, score: want?.score, ...more }
    this.debug_(type, detail)
    this.dispatchEvent(new CustomEvent(`journeyloop:${type}`, { bubbles: true, composed: true, detail }))
  }

  debug_(...words) {
    if (this.hasAttribute('data-debug')) console.info('journeyloop', ...words)
  }
}
