import type { Node } from './tree.ts'
export interface Literals {
  readonly any: readonly string[]
  readonly ignoreCase: boolean
}
export function literals(_root: Node): Literals | undefined {
  return undefined
}
