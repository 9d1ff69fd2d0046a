/** Journeyloop's survey widget. Importing it defines <journeyloop-survey>; on a server it does nothing. */

export type Trigger = 'load' | 'visible' | 'delay' | 'scroll' | 'event' | 'manual'
export type Placement = 'inline' | 'corner' | 'sheet'
export type EventType = 'shown' | 'answered' | 'saved' | 'queued' | 'closed' | 'hidden' | 'error'

export interface SurveyOptions {
  /** The survey's key. */
  survey: string
  placement?: Placement
  trigger?: Trigger
  /** trigger="delay": seconds (5). */
  delay?: number | string
  /** trigger="scroll": how far the page was read, in percent (50). */
  scroll?: number | string
  /** trigger="event": the name of an event of the page. */
  event?: string
  /** Who answers, as your system names them; counts as verified only with `sig`. */
  respondent?: string
  sig?: string
  attributes?: Record<string, string | number | boolean>
  lang?: string
  channel?: string
  /** A preselected score; no answer until a person presses Send or chooses. */
  score?: number | string
  /** "none": nothing is kept in the browser. */
  storage?: 'none'
  /** The service's address, where the module was not loaded from it. */
  base?: string
  /** Where to put it; default: the body. */
  target?: Element
}

export interface Detail {
  survey: string
  /** answered, saved, queued, error: the answer's id. */
  id?: string
  /** answered */
  score?: number
  /** hidden: why nothing shows. closed: 'answered', 'dismissed' or 'never'. */
  reason?: string
}

export interface SurveyElement extends HTMLElement {
  /** Ask the service whether to show the survey, and show it. */
  open(): Promise<void>
  /** Take the card away; an answer begun is sent. */
  close(reason?: string): void
}

export function mount(options: SurveyOptions): SurveyElement
export function open(survey?: string): Promise<void>
export function flush(): Promise<void>
export function on(type: EventType, listener: (event: CustomEvent<Detail>) => void): () => void

declare global {
  interface HTMLElementTagNameMap {
    'journeyloop-survey': SurveyElement
  }
}
