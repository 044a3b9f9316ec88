/** The words of a sentence as a shell parts them: by blanks, but not between quotes. */
export function wordsOf(sentence: string): string[] {
  const words = sentence.match(/'[^']*'|"[^"]*"|\S+/g) ?? []
  return words.map((word) => (/^['"]/.test(word) ? word.slice(1, -1) : word))
}
