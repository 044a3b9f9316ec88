/** HTML as a value: text that was put in is escaped, only what this template made is markup. */
import { amount } from '../../chart/amount.ts'
import { escaped } from '../../chart/markup.ts'
import { BOUNDS } from '../bounds.ts'
import type { Words } from '../reading/words.ts'

export interface Html {
  readonly html: string
}

/** Text is escaped, numbers have their thousands apart, what is undefined is nothing. */
export function html(
  texts: TemplateStringsArray,
  ...values: readonly (string | number | Html | readonly Html[] | undefined)[]
): Html {
  return { html: texts.map((text, i) => text + markup(values[i])).join('') }
}

function markup(value: string | number | Html | readonly Html[] | undefined): string {
  if (value === undefined) return ''
  if (typeof value === 'number') return amount(value)
  if (typeof value === 'string') return escaped(value)
  if ('html' in value) return value.html
  return value.map((one) => one.html).join('')
}

/** Markup that another room has made, of what it has escaped itself. */
export function made(markup: string): Html {
  return { html: markup }
}

export const NOTHING: Html = { html: '' }

/** A name from outside: which way it is written changes nothing around it. */
export function bdi(text: string): Html {
  return html`<bdi>${text}</bdi>`
}

/** The same for text that may be very long. */
export function code(text: string): Html {
  if (text.length <= BOUNDS.text) return html`<code><bdi>${text}</bdi></code>`
  return html`<code><bdi>${text.slice(0, BOUNDS.text)}</bdi>…</code>`
}

export function sentenceHtml(words: Words): Html {
  return { html: words.map((word) => (typeof word === 'string' ? escaped(word) : bdi(word.name).html)).join('') }
}
