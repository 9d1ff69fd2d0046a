// The card: plain elements made one by one (no HTML from strings, no style attribute), so that any page's CSP allows it.

/** An element with properties and children; `null` and `false` children are left out. */
export function h(tag, properties, ...children) {
  const { part, aria, ...plain } = properties
  const element = Object.assign(document.createElement(tag), plain)
  if (part) element.setAttribute('part', part)
  for (const name in aria) element.setAttribute(name, aria[name])
  element.append(...children.filter((child) => child || child === 0))
  return element
}

/** The question as a form: {card, form, heading, details, problem, status, button, close, never}. */
export function view(survey, preselected, isFixed) {
  const { texts } = survey
  const parts = {
    scores: scores(survey, preselected),
    problem: h('p', { className: 'problem', hidden: true, aria: { role: 'alert' } }, texts.choose),
    details: details(survey),
    button: h('button', { part: 'button', className: 'button' }, texts.send),
    never: h('button', { type: 'button', className: 'quiet' }, texts.never),
    close: isFixed && h('button', { type: 'button', className: 'close', aria: { 'aria-label': texts.close } }, '×'),
    status: h('p', { className: 'unseen', aria: { role: 'status' } }),
  }
  const privacy = survey.privacy_url && h('a', { href: survey.privacy_url, target: '_blank', rel: 'noopener' }, texts.privacy)
  const row = h('div', { className: 'row' }, parts.button, parts.never, privacy)
  parts.form = h('form', { noValidate: true }, parts.scores, parts.problem, parts.details, row)
  parts.card = h(
    'section',
    { part: 'card', className: 'card', dir: survey.dir, lang: survey.lang, aria: { 'aria-label': texts.region } },
    parts.form,
    parts.status,
    parts.close,
  )
  return parts
}

function scores({ metric, scale: { low, high }, labels, question, texts }, preselected) {
  const ends = { [low]: labels?.low || texts.low, [high]: labels?.high || texts.high }
  const choices = []
  for (let score = low; score <= high; score++) {
    const word = ends[score] || texts.words?.[score - low]
    const input = h('input', { type: 'radio', name: 'score', value: score, checked: preselected === `${score}` })
    const text = word && h('span', { className: texts.words ? 'word' : 'unseen' }, ` ${word}`)
    choices.push(h('label', {}, input, h('span', { className: 'face' }, h('b', {}, score), text)))
  }
  const line = (score) => h('span', {}, `${score} = ${ends[score]}`)
  return h(
    'fieldset',
    {},
    h('legend', { part: 'question' }, question),
    h('div', { className: `scores ${metric}` }, ...choices),
    !texts.words && h('p', { className: 'ends', aria: { 'aria-hidden': true } }, line(low), line(high)),
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

/** Put the last words in place of the form; the heading takes the focus where the person is still here. */
export function finish({ card, form, status }, texts, words, takesFocus) {
  const heading = h('h2', { tabIndex: -1 }, texts.thanks)
  const text = h('p', {}, words)
  form.replaceWith(h('div', {}, heading, text))
  status.textContent = ''
  if (takesFocus) heading.focus()
  return { heading, text }
}
