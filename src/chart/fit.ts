/** Text made to fit: cut in the middle, or broken into lines. `measure` says how much room a text takes, in pixels or in cells. */
import { letters } from './letters.ts'

type Measure = (text: string) => number

/** Head and tail with `…` between them: names of organisations differ at either end. Nothing at all where not even that fits. */
export function shorten(text: string, room: number, measure: Measure): string {
  if (measure(text) <= room) return text
  const parts = letters(text)
  // The most letters that fit, three of five before the cut.
  let [fits, tooMany] = [0, parts.length]
  while (tooMany - fits > 1) {
    const middle = (fits + tooMany) >> 1
    if (measure(cut(parts, middle)) <= room) fits = middle
    else tooMany = middle
  }
  const found = cut(parts, fits)
  return measure(found) <= room ? found : ''
}

function cut(parts: readonly string[], kept: number): string {
  const head = Math.ceil(kept * 0.6)
  const tail = kept - head
  return `${parts.slice(0, head).join('').trimEnd()}…${tail === 0 ? '' : parts.slice(-tail).join('').trimStart()}`
}

/** Lines broken at blanks; a word that is longer than a line is cut in its middle. */
export function wrap(text: string, room: number, measure: Measure): readonly string[] {
  const lines: string[] = []
  for (const word of text.split(' ').filter(Boolean)) {
    const last = lines.at(-1)
    const longer = last === undefined ? undefined : `${last} ${word}`
    if (longer !== undefined && measure(longer) <= room) lines[lines.length - 1] = longer
    else lines.push(shorten(word, room, measure))
  }
  return lines
}
