/** The same words for the installed fail2ban-regex and for ours, and what each printed. */
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process'
import { createInterface, type Interface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { fail2banRegex } from '../../src/cli/fail2ban-regex/fail2ban-regex.ts'
import { typedTo } from './typed.ts'

export interface Printed {
  readonly code: number
  readonly out: string
}

/** false, or why not to compare. */
export const skip =
  spawnSync('/usr/bin/fail2ban-regex', ['--version']).status === 0 ? false : 'Fail2ban is not installed'

/** The installed program, loaded once and run as often as it is asked. */
export class Original {
  readonly #child: ChildProcessWithoutNullStreams
  readonly #lines: Interface
  readonly #waiting: ((line: string) => void)[] = []

  constructor() {
    const program = fileURLToPath(new URL('regex-oracle.py', import.meta.url))
    const env = { ...process.env, LC_ALL: 'C.UTF-8', PYTHONPATH: '/usr/lib/python3/dist-packages' }
    this.#child = spawn('/usr/bin/python3', [program], { env })
    this.#lines = createInterface(this.#child.stdout)
    this.#lines.on('line', (line) => this.#waiting.shift()?.(line))
  }

  async run(words: readonly string[]): Promise<Printed> {
    const answer = new Promise<string>((resolve) => this.#waiting.push(resolve))
    this.#child.stdin.write(`${JSON.stringify(words)}\n`)
    return JSON.parse(await answer) as Printed
  }

  close(): void {
    this.#child.stdin.end()
    this.#lines.close()
  }
}

export async function ours(words: readonly string[]): Promise<Printed> {
  const { code, out } = await typedTo(fail2banRegex, words)
  return { code, out }
}

/** Without what may differ: how long it took, the moment it ran, Python's order in sets, the text of an address's expression. */
export function settled(out: string): string {
  const now = Date.now() / 1000
  const isNow = (seconds: number) => Math.abs(seconds - now) < 300
  return out
    .replace(/^\[processed in .*$/m, '[processed]')
    .replace(/^(Prefregex: .*\n\| {2}).*$/m, '$1PREFREGEX')
    .replace(/ {2}(\w{3} \w{3} \d\d \d\d:\d\d:\d\d \d{4})/g, (all, time) =>
      isNow(Date.parse(time) / 1000) ? '  NOW' : all,
    )
    .replace(/,\t(\d{10}(?:\.\d+)?),/g, (all, time) => (isNow(Number(time)) ? ',\tNOW,' : all))
    .replace(/'users': \{([^}]*)\}/g, (_, users: string) => `'users': {${users.split(', ').sort().join(', ')}}`)
}
