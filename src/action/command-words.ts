/**
 * The words of the shell command that is being read, so far as they tell whether a word of it is code that another
 * interpreter reads once more: `sh -c "..."`, `eval ...`, the program of awk. There no quoting keeps a value a value.
 */
export class CommandWords {
  readonly #words: string[] = []
  #word: string | undefined
  #cases = 0

  add(text: string): void {
    this.#word = (this.#word ?? '') + text
  }

  endWord(): void {
    const word = this.#word
    this.#word = undefined
    if (word === undefined) return
    if (this.#words.length > 0) {
      this.#words.push(word)
      return
    }
    if (word === 'case') this.#cases++
    if (word === 'esac') this.#cases = Math.max(0, this.#cases - 1)
    if (!BEFORE_A_COMMAND.test(word)) this.#words.push(word)
  }

  endCommand(): void {
    this.endWord()
    this.#words.length = 0
  }

  get isAtWordStart(): boolean {
    return this.#word === undefined
  }

  /** Between `case` and `esac` a `)` ends a pattern. */
  get isInCase(): boolean {
    return this.#cases > 0
  }

  /** Whether what now comes in its word is code. */
  get isCode(): boolean {
    return this.#words.some((word, index) => {
      const name = nameOf(word)
      if (READS_ALL.has(name)) return true
      const after = this.#words.slice(index + 1)
      const option = OPTION_BEFORE_CODE.find(([interpreters]) => interpreters.test(name))?.[1]
      if (option && (option.test(after.at(-1) ?? '') || option.test(this.#word?.slice(0, 2) ?? ''))) return true
      return READS_FIRST.test(name) && !after.some(isOperand)
    })
  }

  /** Whether it reads code from its standard input. */
  get readsInput(): boolean {
    return this.#words.some((word) => {
      const name = nameOf(word)
      return READS_ALL.has(name) || OPTION_BEFORE_CODE.some(([interpreters]) => interpreters.test(name))
    })
  }
}

/** Reserved words and assignments; the command's name is still to come. Source: POSIX.1-2017, 2.4 and 2.9.1. */
const BEFORE_A_COMMAND = /^([{}!]|if|then|elif|else|fi|while|until|for|do|done|esac|\w+=.*)$/s

const READS_ALL: ReadonlySet<string> = new Set(['eval', 'ssh', 'trap', 'watch', 'sqlite3'])

/** The word after this option is code, or what stands in the same word after it. */
const OPTION_BEFORE_CODE: readonly (readonly [RegExp, RegExp])[] = [
  [/^(ba|da|a|k|mk|z|fi|c|tc)?sh$|^(busybox|su|runuser|sg|script|flock|psql|python[\d.]*)$/, /^-\w*c$/],
  [/^(perl|ruby|node|lua|mysql|mariadb)[\d.]*$/, /^-\w*[eEp]$/],
  [/^php[\d.]*$/, /^-r$/],
  [/^sed$/, /^-\w*e$/],
]

/** Their first operand is code. */
const READS_FIRST = /^([gm]?awk|nawk|sed)$/

function isOperand(word: string, index: number, words: readonly string[]): boolean {
  return !word.startsWith('-') && !/^-[vFf]$/.test(words[index - 1] ?? '')
}

function nameOf(word: string): string {
  return word.slice(word.lastIndexOf('/') + 1)
}
