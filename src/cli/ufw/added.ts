/** `ufw show added`: the sentences that make the rules again. */
import { printable } from '../../base/printable.ts'
import type { Rule } from '../../firewall/rules/rule.ts'
import { printSentence } from './print-sentence.ts'

/** Without `ufw`, in the order of the rules; what a sentence made for both families, or for a profile's protocols, is one. */
export function addedSentences(rules: readonly Rule[]): readonly string[] {
  return [...new Set(rules.map((rule) => printSentence(rule)))]
}

export function printAdded(rules: readonly Rule[]): string {
  const sentences = addedSentences(rules).map((sentence) => `ufw ${printable(sentence)}\n`)
  return `Added user rules (see 'ufw status' for running firewall):\n${sentences.length > 0 ? sentences.join('') : '(None)\n'}`
}
