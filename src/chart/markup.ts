/** SVG elements as text. Whatever is passed for their text or attributes is escaped here and nowhere else. */
import { shown } from './letters.ts'

export type Attributes = Readonly<Record<string, string | number | undefined>>

/** `content` is markup already: made by `element` or `text`. */
export function element(name: string, attributes: Attributes, ...content: readonly string[]): string {
  const words = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? short(value) : escaped(value!)}"`)
  const inside = content.join('')
  return inside === '' ? `<${name}${words.join('')}/>` : `<${name}${words.join('')}>${inside}</${name}>`
}

/** Text of an element, with the long form for who points at it. */
export function titled(title: string): string {
  return element('title', {}, escaped(title))
}

export function escaped(text: string): string {
  return shown(text).replace(/[&<>"']/g, (letter) => ENTITIES[letter]!)
}

/** A hundredth of a pixel is enough. */
export function short(value: number): string {
  return String(Math.round(value * 100) / 100)
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
