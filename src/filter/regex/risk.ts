import type { Node } from './tree.ts'
export type Risk = 'linear' | 'polynomial' | 'exponential'
export function risk(_root: Node): Risk {
  return 'linear'
}
