/**
 * What becomes of packets behind the commands of ufw: each script of commands is carried out in namespaces, some 400 probes are
 * sent through them, and all of it is compared with a recording of UFW 0.36.2. Harness, scripts and recording stand beside
 * the project's folder (RAMPART_VERDICTS: elsewhere), and are no part of it.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, test } from 'node:test'
import { ROOT } from '../lab/lab.ts'
import { isMeant } from './meant.ts'
import { noVerdicts } from './no-verdicts.ts'

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

const HARNESS = resolve(ROOT, process.env['RAMPART_VERDICTS'] ?? '../shared/verdicts')
const [GOLDEN] = globSync(join(HARNESS, 'golden-*.json'))
/** On a busy machine a probe's answer may come too late, which the harness takes for silence. What differs, differs each time. */
const TRIES = 3
/** One script takes 3 s on an idle machine. */
const MOST_MS = 120_000

const reason = noVerdicts(HARNESS, GOLDEN)
if (reason !== undefined) test('verdicts of UFW', { skip: reason }, () => {})
else {
  const folder = mkdtempSync(join(tmpdir(), 'rampart-verdicts-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  furnish(folder)

  for (const name of globSync('*.ufw', { cwd: join(HARNESS, 'scripts') }).sort()) {
    test(`${name}: verdicts, exit codes, texts and files are UFW’s`, async (t) => {
      let found = await compare(folder, name)
      for (let tried = 1; tried < TRIES && differences(found).length > 0; tried++) {
        t.diagnostic(`once more, for this was different: ${JSON.stringify(differences(found)).slice(0, 2000)}`)
        found = await compare(folder, name)
      }
      assert.deepEqual(differences(found), [])
      assert.equal(found.scripts, 1)
      assert.ok(found.cmds + found.probes > 0)
    })
  }
}

/** The files that each script begins with are the host's own UFW's; and a folder that stands where /etc/default was. */
function furnish(folder: string): void {
  mkdirSync(join(folder, 'etc/default'), { recursive: true })
  cpSync('/etc/ufw', join(folder, 'etc/ufw'), { recursive: true })
  cpSync('/etc/default/ufw', join(folder, 'etc/default/ufw'))
  cpSync(join(folder, 'etc/default'), join(folder, 'default'), { recursive: true })
}

async function compare(folder: string, name: string): Promise<Report> {
  const report = join(folder, 'report.json')
  rmSync(report, { force: true })
  const words = ['--golden', GOLDEN!, '--impl', join(ROOT, 'bin/ufw'), '--strict', '--etc', join(folder, 'etc')]
  const only = ['--only', `^${RegExp.escape(name)}$`, '--json', report]
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
function differences({ text_diff, ...others }: Report): unknown[] {
  const { mismatch, detail_diff, rc_diff, file_diff, expect_fail, crash } = others
  const texts = text_diff.filter(([, command, theirs, ours]) => !isMeant(command, theirs, ours))
  return [...mismatch, ...detail_diff, ...rc_diff, ...file_diff, ...expect_fail, ...crash, ...texts]
}
