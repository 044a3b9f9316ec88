/** Words of an `ignoreip` that were meant to be an address and are none. Ids of another kind may stand there. */
import { parseNetwork } from '../base/address.ts'

export function misspelt(words: readonly string[]): string[] {
  return [...new Set(words)].filter((word) => /^[\d.:/]+$|^(?!file:).*:.*[:/]/.test(word) && !parseNetwork(word))
}
