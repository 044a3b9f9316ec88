/** Asks the installed ufw, in namespaces and with files of its own; ufw-oracle.py says what may be asked. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

export interface Question {
  readonly files?: Readonly<
    Record<string, string | null | { readonly text?: string; readonly mode?: number; readonly uid?: number }>
  >
  readonly commands: readonly (readonly string[])[]
  readonly read?: readonly string[]
  readonly keep?: boolean
}

export interface Answer {
  readonly answers: readonly { readonly code: number; readonly out: string; readonly err: string }[]
  readonly files: Readonly<Record<string, string | null>>
}

/** false, or why nobody can be asked. */
export const NO_UFW: string | false = whyNot()

export function askUfw(questions: readonly Question[]): Answer[] {
  const { stdout, stderr, status } = spawnSync('python3', [`${import.meta.dirname}/ufw-oracle.py`], {
    encoding: 'utf8',
    input: questions.map((question) => `${JSON.stringify({ read: [], ...question })}\n`).join(''),
    maxBuffer: 2 ** 30,
    timeout: 300_000,
  })
  if (status !== 0) throw new Error(`the oracle ended with ${status}: ${stderr}`)
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Answer)
}

function whyNot(): string | false {
  if (process.getuid?.() !== 0) return 'only root may give ufw namespaces of its own'
  if (!existsSync('/usr/sbin/ufw')) return 'ufw is not installed'
  const { status, stderr } = spawnSync('unshare', ['-nm', 'nft', 'list', 'ruleset'], { encoding: 'utf8' })
  return status === 0 ? false : `no private namespaces: ${stderr}`
}
