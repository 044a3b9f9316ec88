/** A source as a shell's function reads it: `=word`, `@jails` to be asked for, `/files` and `/folders`; `?` where nothing is known. */
import { Fault } from '../../base/fault.ts'
import type { Source } from './spot.ts'

/** @throws Fault `completion.word`: a word with a blank would be two */
export function printSource({ words = [], asked = [], paths }: Source): string {
  const bad = words.find((word) => !/^\S+$/.test(word))
  if (bad !== undefined) throw new Fault('completion.word', `"${bad}" cannot be offered`)
  const parts = [
    ...words.map((word) => `=${word}`),
    ...asked.map((kind) => `@${kind}`),
    ...(paths ? [`/${paths}`] : []),
  ]
  return parts.length === 0 ? '?' : parts.join(' ')
}
