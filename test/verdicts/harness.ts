/** One script of commands through the harness, which sends packets through what they make of a host; and what it found different. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after } from 'node:test'
import { ROOT } from '../lab/lab.ts'
import { isMeant } from './meant.ts'

/** What the harness found different, in lists. Source: its option --json. */
interface Report {
  readonly scripts: number
  readonly probes: number
  readonly cmds: number
  /** [script, command, what UFW says, what we say] */
  readonly text_diff: readonly (readonly [string, string, string, string])[]
  /** A verdict; how a packet is refused; an exit code; lines of files; what the script itself expects; faults. */
  readonly mismatch: readonly unknown[]
  readonly detail_diff: readonly unknown[]
  readonly rc_diff: readonly unknown[]
  readonly file_diff: readonly unknown[]
  readonly expect_fail: readonly unknown[]
  readonly crash: readonly unknown[]
}

export const HARNESS = resolve(ROOT, process.env['RAMPART_VERDICTS'] ?? '../shared/verdicts')
export const GOLDEN = globSync(join(HARNESS, 'golden-*.json'))[0]
/** On a busy machine a probe's answer may come too late, which the harness takes for silence. What differs, differs each time. */
export const TRIES = 3
/** One script takes 3 s on an idle machine. */
const MOST_MS = 120_000

/**
 * A folder for runs, removed behind the tests: the files that each script begins with, the host's own UFW's; and a folder that
 * stands where /etc/default was.
 */
export function verdictFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rampart-verdicts-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  mkdirSync(join(folder, 'etc/default'), { recursive: true })
  cpSync('/etc/ufw', join(folder, 'etc/ufw'), { recursive: true })
  cpSync('/etc/default/ufw', join(folder, 'etc/default/ufw'))
  cpSync(join(folder, 'etc/default'), join(folder, 'default'), { recursive: true })
  return folder
}

/** @param beside the harness's options that say what we are compared with */
export async function compare(folder: string, script: string, beside: readonly string[]): Promise<Report> {
  const report = join(folder, 'report.json')
  rmSync(report, { force: true })
  const words = [...beside, '--impl', join(ROOT, 'bin/ufw'), '--strict', '--etc', join(folder, 'etc')]
  const only = ['--scripts', script, '--json', report]
  const inside = `mount --make-rprivate / && mount --bind '${folder}/default' /etc/default && exec "$@"`
  const shell = ['unshare', '-m', 'sh', '-c', inside, 'sh', 'python3', join(HARNESS, 'verdicts.py'), ...words, ...only]
  const child = spawn('setpriv', ['--pdeathsig=TERM', ...shell], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR: folder },
    timeout: MOST_MS,
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (bytes) => {
      said += bytes
    })
  }
  await once(child, 'close')
  if (!existsSync(report)) throw new Error(`the harness has ended with ${child.exitCode ?? child.signalCode}: ${said}`)
  return JSON.parse(readFileSync(report, 'utf8')) as Report
}

/** All that must not be. */
export function differences({ text_diff, ...others }: Report): unknown[] {
  const { mismatch, detail_diff, rc_diff, file_diff, expect_fail, crash } = others
  const texts = text_diff.filter(([, command, theirs, ours]) => !isMeant(command, theirs, ours))
  return [...mismatch, ...detail_diff, ...rc_diff, ...file_diff, ...expect_fail, ...crash, ...texts]
}
