/** The options of `rampart match` that take more than one word, made such that each word stands by itself. */

/**
 * `--jail-options a=1 b=2 sshd` as `--jail-options=a=1 --jail-options=b=2 sshd`: what has the form of an option's value
 * belongs to the option, and what has not is the filter or the log.
 */
export function separate(words: readonly string[]): readonly string[] {
  const result: string[] = []
  let open = false
  for (const [index, word] of words.entries()) {
    if (word === '--') return [...result, ...words.slice(index)]
    if (word === NAME) open = true
    else if (open && PAIR.test(word)) result.push(`${NAME}=${word}`)
    else {
      open = false
      result.push(word)
    }
  }
  return result
}

const NAME = '--jail-options'
const PAIR = /^[\w.]+=/
