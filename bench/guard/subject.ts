/** What is measured: a program that follows an access log and bans in the kernel of a host of its own. */
import { cpSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { Lab, ROOT } from '../../test/lab/lab.ts'
import { type Elements, elements } from './elements.ts'

export interface Subject {
  readonly name: 'rampart' | 'fail2ban'
  /** The access log that it follows, as this program reaches it. */
  readonly log: string
  /** Its first process; all others are below it. */
  readonly pid: number
  readonly elements: Elements
  /** Runs its own client with these words. */
  ask(...words: readonly string[]): Promise<unknown>
  close(): Promise<void>
}

/** Jails as the guard finds them, but the first probe bans. */
export const FIRST_PROBE_BANS = '[nginx-botsearch]\nmaxretry = 1\n'

/** All stock jails: seven on nginx's logs, two on journals (each with a `journalctl` below the guard), and the repeaters. */
export const ALL_JAILS = [
  ...['http-auth', 'botsearch', 'limit-req', 'bad-request', '4xx', 'forbidden', 'sslerror'].map(
    (it) => `[nginx-${it}]`,
  ),
  '[sshd]\nbackend = systemd',
  '[ufw]\nbackend = systemd',
  '[recidive]',
]
  .map((jail) => `${jail}\nenabled = true\n`)
  .join('')

/** The guard as a user starts it, in the lab, beside a real nginx. */
export async function rampart(jailLocal: string): Promise<Subject> {
  const lab = await Lab.open(jailLocal)
  try {
    await ownRuntime(lab)
    await lab.nginx()
    const watch = await elements(lab.server)
    const guard = await lab.guard()
    return {
      name: 'rampart',
      log: join(lab.folder, 'log/access.log'),
      pid: guard.process.pid!,
      elements: watch,
      ask: (...words) => lab.server.must([join(ROOT, 'bin/rampart'), ...words]),
      close: () => lab.close(),
    }
  } catch (problem) {
    await lab.close()
    throw problem
  }
}

/**
 * A runtime that no other process of the machine has open (this one has): else it would bear a part of the guard's memory.
 */
export async function ownRuntime(lab: Lab): Promise<void> {
  const runtime = realpathSync(join(ROOT, 'runtime/node'))
  const copy = join(lab.folder, 'node')
  cpSync(runtime, copy)
  await lab.server.must(['mount', '--bind', copy, runtime])
}
