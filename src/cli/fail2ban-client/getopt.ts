/** Options of a command line as getopt(3) takes them: `-dt`, `-cDIR`, `--conf=DIR`, long names cut short; the first other word ends them. */

export interface Grammar {
  /** By its letter or its name, whether a value follows. */
  readonly short: Readonly<Record<string, boolean>>
  readonly long: Readonly<Record<string, boolean>>
}

export interface Parsed {
  readonly options: readonly { readonly name: string; readonly value: string }[]
  readonly words: readonly string[]
}

/** undefined: there is no such option, or its value is missing or not wanted. */
export function getopt(words: readonly string[], grammar: Grammar): Parsed | undefined {
  const options: { name: string; value: string }[] = []
  let next = 0
  for (; next < words.length; next++) {
    const word = words[next]!
    if (word === '--') return { options, words: words.slice(next + 1) }
    if (word === '-' || !word.startsWith('-')) break
    const found = word.startsWith('--') ? long(word.slice(2), grammar) : short(word.slice(1), grammar)
    if (!found) return undefined
    options.push(...found.given)
    if (found.wants === undefined) continue
    const value = words[++next]
    if (value === undefined) return undefined
    options.push({ name: found.wants, value })
  }
  return { options, words: words.slice(next) }
}

interface Found {
  readonly given: readonly { readonly name: string; readonly value: string }[]
  /** The option whose value is the next word. */
  readonly wants?: string
}

function long(word: string, grammar: Grammar): Found | undefined {
  const sign = word.indexOf('=')
  const start = sign < 0 ? word : word.slice(0, sign)
  const names = Object.keys(grammar.long).filter((name) => name.startsWith(start))
  const name = names.includes(start) ? start : names.length === 1 ? names[0] : undefined
  if (name === undefined) return undefined
  const takes = grammar.long[name]!
  if (sign >= 0) return takes ? { given: [{ name: `--${name}`, value: word.slice(sign + 1) }] } : undefined
  return takes ? { given: [], wants: `--${name}` } : { given: [{ name: `--${name}`, value: '' }] }
}

function short(letters: string, grammar: Grammar): Found | undefined {
  const given: { name: string; value: string }[] = []
  for (const [index, letter] of [...letters].entries()) {
    const takes = grammar.short[letter]
    if (takes === undefined) return undefined
    const name = `-${letter}`
    if (!takes) {
      given.push({ name, value: '' })
      continue
    }
    const value = [...letters].slice(index + 1).join('')
    return value === '' ? { given, wants: name } : { given: [...given, { name, value }] }
  }
  return { given }
}
