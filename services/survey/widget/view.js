// The card: plain elements made one by one (no HTML from strings, no style attribute), so that any page's CSP allows it.

/** An element with properties and children; empty children are left out. */
export function h(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties)
  element.append(...children.filter(Boolean))
  return element
}

/** A link to another page; nothing where there is no address. */
export const link = (href, text) => (href ? h('a', { href, target: '_blank' }, text) : '')

/** The question as a form: {card_, form_, scores_, problem_, details_, button_, never_, close_, status_}. */
export function view(survey, preselected, isFixed) {
  const { texts } = survey
  const parts = {
    scores_: scores(survey, preselected),
    problem_: h('p', { className: 'problem', hidden: true, role: 'alert' }, texts.choose),
    details_: details(survey),
    button_: h('button', { part: 'button', className: 'button' }, texts.send),
    never_: h('button', { type: 'button', className: 'quiet' }, texts.never),
    close_: isFixed && h('button', { type: 'button', className: 'close', ariaLabel: texts.close }, '×'),
    status_: h('p', { className: 'unseen', role: 'status' }),
  }
  const row = h('div', { className: 'row' }, parts.button_, parts.never_, link(survey.privacy_url, texts.privacy))
  parts.form_ = h('form', {}, parts.scores_, parts.problem_, parts.details_, row)
  parts.card_ = h(
    'section',
    { part: 'card', className: 'card', dir: survey.dir, lang: survey.lang, ariaLabel: texts.region },
    parts.form_,
    parts.status_,
    parts.close_,
  )
  return parts
}

function scores({ metric, scale: { low, high }, labels, question, texts }, preselected) {
  const ends = { [low]: labels?.low || texts.low, [high]: labels?.high || texts.high }
  const choices = []
  for (let score = low; score <= high; score++) {
    const word = ends[score] || texts.words?.[score - low]
    const input = h('input', { type: 'radio', name: 'score', value: score, checked: preselected === `${score}` })
    const text = word && h('span', { className: texts.words ? '' : 'unseen' }, ` ${word}`)
    choices.push(h('label', {}, input, h('span', { className: 'face' }, h('b', {}, `${score}`), text)))
  }
  const line = (score) => h('span', {}, `${score} = ${ends[score]}`)
  return h(
    'fieldset',
    {},
    h('legend', { part: 'question' }, question),
    h('div', { className: `scores ${metric}` }, ...choices),
    !texts.words && h('p', { className: 'ends', ariaHidden: true }, line(low), line(high)),
  )
}

function details({ reasons, follow_up, texts }) {
  const ticks = reasons.map(({ key, label }) =>
    h('label', { className: 'tick' }, h('input', { type: 'checkbox', name: 'reasons', value: key }), label),
  )
  return h(
    'div',
    { hidden: true },
    reasons[0] && h('fieldset', {}, h('legend', {}, texts.reasons), ...ticks),
    h('label', {}, follow_up || texts.comment, h('textarea', { name: 'comment', rows: 3, maxLength: 5000 })),
  )
}

/** Say the last words on a new card in place of the old: what was not there before can't count as moved. */
export function finish(parts, title, words, more) {
  const { card_: old, status_: status } = parts
  const heading = h('h2', { tabIndex: -1, ariaDescription: words }, title)
  const card = old.cloneNode()
  card.onkeydown = old.onkeydown
  card.append(heading, status, more, parts.close_ || '')
  status.className = ''
  status.textContent = words
  old.replaceWith((parts.card_ = card))
  return heading
}
