/** The same folder as the installed Fail2ban reads it and as we do, as text that can be compared. */
import { execFileSync, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { repr } from '../../src/base/python-repr.ts'
import { words } from '../../src/cli/fail2ban-client/config-error.ts'
import { type CommandStream, commandStream } from '../../src/config/commands/command-stream.ts'
import { realWorld } from '../../src/world/real.ts'

export const missing = spawnSync('fail2ban-client', ['--version']).status === 0 ? false : 'Fail2ban is not installed'

export interface Read {
  /** undefined where the program refuses the whole configuration. */
  readonly commands: readonly string[] | undefined
  /** Whether it would end with 0. */
  readonly well: boolean
  readonly error?: string
}

/** What Fail2ban makes of each folder. One process for all of them. */
export function theirs(folders: readonly string[]): Read[] {
  const script = fileURLToPath(new URL('command-oracle.py', import.meta.url))
  const input = folders.map((folder) => `${folder}\n`).join('')
  const out = execFileSync('python3', [script], { input, encoding: 'utf8', maxBuffer: 2 ** 30 })
  return out.trimEnd().split('\n').map(asRead)
}

function asRead(line: string): Read {
  const { commands, well, error } = JSON.parse(line)
  return error === undefined ? { commands: commands, well } : { commands: undefined, well: false, error }
}

export function ours(folder: string): Read & { readonly stream: CommandStream } {
  const stream = commandStream(realWorld(), [folder], {})
  const isRefused = stream.fatal.length > 0 || !stream.commands
  const isSkipped = stream.jails.length > 0 && stream.jails.every(({ refusal }) => refusal)
  const texts = stream.commands?.map((command) => repr(words(command, stream.jails)))
  return { commands: isRefused ? undefined : (texts ?? []), well: !isRefused && !isSkipped, stream }
}
