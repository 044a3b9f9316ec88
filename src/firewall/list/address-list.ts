/**
 * An AddressList: addresses and networks of both families under a name, for rules that say `from list:NAME`. It may be large: what
 * it holds is read where it is needed.
 */
import { type Layer, networksOf } from './layer.ts'

export interface AddressList {
  readonly name: string
  /** Of all that it holds: lists with the same one hold the same. */
  readonly digest: string
  /** IPv4's first, then by length; none is empty. */
  readonly lengths: readonly Length[]
  /** In the order of `lengths`. @throws Fault `list.damaged`, `file.*` */
  layers(): readonly Layer[]
}

export interface Length {
  readonly family: 4 | 6
  readonly prefix: number
  readonly count: number
}

export function sizeOf({ lengths }: Pick<AddressList, 'lengths'>, family?: 4 | 6): number {
  return lengths.reduce((sum, one) => (family === undefined || one.family === family ? sum + one.count : sum), 0)
}

/** Whether a rule may be for a list of this name: it becomes the name of a file, and a word of ufw's. */
export function isListName(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$/.test(text)
}

/** Each in its canonical text, as it may be read in again. */
export function* textsOf(layers: readonly Layer[]): Iterable<string> {
  for (const layer of layers) for (const { text } of networksOf(layer)) yield text
}
