/** What stands before a sentence: `--dry-run`, then `--force`; and ours, `--json` and `--rollback`, in any place around them. */
import type { Sentence } from './command.ts'
import { wrong } from './wrong.ts'

export interface Options extends Omit<Sentence, 'command'> {
  readonly rest: readonly string[]
}

/** @throws Fault `ufw.seconds` */
export function readOptions(words: readonly string[]): Options {
  const { left, ...ours } = readOurs(words.filter((word) => !isRelocation(word)))
  const dryRun = left[0]?.toLowerCase() === '--dry-run'
  const rest = dryRun ? left.slice(1) : left
  const force = ['--force', '-f'].includes(rest[0]?.toLowerCase() ?? '')
  return { ...ours, dryRun, force, rest: force ? rest.slice(1) : rest }
}

/** What `--datadir=` names: it stands before the paths of all of UFW's files; '' without it. */
export function dataFolder(words: readonly string[]): string {
  return words.findLast((word) => word.startsWith(DATA_FOLDER))?.slice(DATA_FOLDER.length) ?? ''
}

const DATA_FOLDER = '--datadir='

/** `--rootdir=` moves UFW's own programs, of which we have none. */
function isRelocation(word: string): boolean {
  return word.startsWith(DATA_FOLDER) || word.startsWith('--rootdir=')
}

function readOurs(
  words: readonly string[],
): Pick<Sentence, 'json' | 'rollback'> & { readonly left: readonly string[] } {
  const left = [...words]
  let json = false
  let rollback: number | undefined
  for (;;) {
    // Behind the last option of UFW's, or at the very end.
    const at = left.findIndex((word) => !/^(?:--dry-run|--force|-f)$/i.test(word))
    if (left[at] === '--json') {
      json = true
      left.splice(at, 1)
    } else if (left[at] === '--rollback') {
      rollback = readSeconds(left[at + 1])
      left.splice(at, 2)
    } else break
  }
  if (
    left.length > 1 &&
    left.at(-1) === '--json' &&
    /^(?:status|show|app)$/i.test(left.find((word) => !word.startsWith('-')) ?? '')
  ) {
    json = true
    left.pop()
  }
  return { left, json, rollback }
}

function readSeconds(word = ''): number {
  if (!/^[1-9]\d{0,4}$/.test(word)) throw wrong('seconds', `Invalid number of seconds '${word}'`)
  return Number(word)
}
