/** The words of a line as a shell would take them, without any expansion. Source: the Python library reference, "shlex". */
import { Fault } from '../../base/fault.ts'

/** @throws Fault `config.bad-quotes` */
export function shellWords(line: string): string[] {
  const words: string[] = []
  const token = /([ \t\r\n]+)|'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])|([^ \t\r\n'"\\]+)|[\s\S]/g
  let word: string | undefined
  for (const [all, blank, single, double, escaped, plain] of line.matchAll(token)) {
    const text = single ?? double?.replace(/\\(["\\])/g, '$1') ?? escaped ?? plain
    if (blank !== undefined) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else if (text === undefined) {
      const what = all === '\\' ? 'a backslash stands at its end' : `a ${all} is never closed`
      throw new Fault('config.bad-quotes', `"${line}": ${what}`, { hint: 'close the quote, or put \\ before it' })
    } else word = (word ?? '') + text
  }
  return word === undefined ? words : [...words, word]
}
