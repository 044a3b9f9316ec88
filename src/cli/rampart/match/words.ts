/** The options of `rampart match` that take more than one word, made such that each word stands by itself. */

/**
 * `--jail-options a=1 b=2 sshd` as `--jail-options=a=1 --jail-options=b=2 sshd`: what has the form of an option's value
 * belongs to the option, and what has not is the filter or the log.
 */
export function separate(words: readonly string[]): readonly string[] {
  const result: string[] = []
  let open: 'first' | 'more' | undefined
  for (const [index, word] of words.entries()) {
    if (word === '--') return [...result, ...words.slice(index)]
    if (word === NAME) {
      open = 'first'
    } else if (open === 'first' || (open && PAIR.test(word))) {
      open = 'more'
      result.push(`${NAME}=${word}`)
    } else {
      open = undefined
      result.push(word)
    }
  }
  return open === 'first' ? [...result, NAME] : result
}

const NAME = '--jail-options'
const PAIR = /^[\w.]+=/
