/** Logs are followed without the kernel's watches too: it has none left to give, or the jail asks for none. */
import assert from 'node:assert/strict'
import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process'
import { appendFileSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { inPlace } from './place.ts'

const PROGRAM = [process.execPath, fileURLToPath(new URL('tell-lines.ts', import.meta.url))]
const skip = refusesNamespaces()

interface Row {
  readonly name: string
  /** A limit of the kernel, set to nothing in a namespace of the program's own. */
  readonly limit?: string
  readonly how: 'watch' | 'poll'
  readonly told: RegExp | undefined
}

const ROWS: readonly Row[] = [
  { name: 'with watches', how: 'watch', told: undefined },
  {
    name: 'without a watch to have',
    limit: 'max_inotify_watches',
    how: 'watch',
    told: /cannot be watched: the kernel has no more watches .*: logs are looked at five times .*\(raise fs\.inotify\.max_user_watches\)/,
  },
  {
    name: 'without an inotify instance to have',
    limit: 'max_inotify_instances',
    how: 'watch',
    told: /logs are looked at five times a second .*\(raise fs\.inotify\.max_user_instances, /,
  },
  { name: 'by polling alone', how: 'poll', told: undefined },
]

for (const { name, limit, how, told } of ROWS) {
  test(`${name}: lines, new files of a pattern and rotations are found`, { skip: limit !== undefined && skip }, () =>
    inPlace(async ({ folder, log }) => {
      mkdirSync(join(folder, 'other'))
      writeFileSync(log, 'old\n')
      const program = following(limit, [how, join(folder, '*.log'), join(folder, 'other', '*.log')])
      try {
        await program.until('reading')
        appendFileSync(log, 'one\n')
        await program.until('one')
        writeFileSync(join(folder, 'other', 'b.log'), 'two\n')
        await program.until('two')
        appendFileSync(log, 'three\n')
        renameSync(log, join(folder, 'gone'))
        writeFileSync(log, 'four\n')
        await program.until('four')
        assert.equal(watchesOf(program.child.pid!) > 0, how === 'watch' && limit === undefined)
        const faults = program.out().filter((line) => line.includes(': '))
        assert.equal(faults.length, told ? 1 : 0, 'it is told once')
        if (told) assert.match(faults[0]!, told)
        const lines = program.out().filter((line) => ['old', 'one', 'two', 'three', 'four'].includes(line))
        assert.deepEqual(lines, ['one', 'two', 'three', 'four'])
      } finally {
        program.child.kill('SIGKILL')
      }
    }),
  )
}

interface Program {
  readonly child: ChildProcessWithoutNullStreams
  out(): string[]
  until(line: string): Promise<void>
}

function following(limit: string | undefined, words: readonly string[]): Program {
  const inside = ['sh', '-c', `echo 0 > /proc/sys/user/${limit} && exec "$@"`, 'sh']
  const argv = [
    ...(limit === undefined ? [] : ['unshare', '--user', '--map-root-user', ...inside]),
    ...PROGRAM,
    ...words,
  ]
  const child = spawn(argv[0]!, argv.slice(1))
  child.stderr.pipe(process.stderr)
  let all = ''
  child.stdout.on('data', (bytes) => {
    all += bytes
  })
  const out = () => all.split('\n').slice(0, -1)
  return {
    child,
    out,
    async until(line) {
      for (let i = 0; i < 500 && !out().includes(line); i++) await new Promise((resolve) => setTimeout(resolve, 20))
      if (!out().includes(line)) assert.fail(`"${line}" does not come: ${all}`)
    },
  }
}

/** Source: proc_pid_fdinfo(5) */
function watchesOf(pid: number): number {
  const infos = readdirSync(`/proc/${pid}/fdinfo`).map((fd) => readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8'))
  return infos.reduce((sum, info) => sum + (info.match(/^inotify wd:/gm)?.length ?? 0), 0)
}

function refusesNamespaces(): string | false {
  try {
    execFileSync('unshare', ['--user', '--map-root-user', 'true'], { stdio: 'ignore' })
    return false
  } catch {
    return 'the kernel refuses user namespaces'
  }
}
