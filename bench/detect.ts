/**
 * What a line costs until it is known whether it is a failure, beside the installed Fail2ban and what else searches logs:
 * `npm run bench -- detect`. Both programs run the installed filters on the same log, and must find the same.
 *
 * Microseconds of CPU for a line are (CPU of 2N lines - CPU of N lines) / N: what a start costs is left out.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadFilter } from '../src/config/load-filter.ts'
import { filter } from '../src/filter/filter.ts'
import { logMatcher } from '../src/filter/log-matcher.ts'
import { realWorld } from '../src/world/real.ts'
import { ROOT } from '../test/lab/lab.ts'
import { machine } from './guard/row.ts'
import { attacked, errors, logins } from './guard/traffic.ts'

const INSTALLED = '/etc/fail2ban'
const FAIL2BAN = '/usr/bin/fail2ban-regex'
/** Lines of one block; Fail2ban reads one and two of them, the faster programs ten and twenty. */
const BLOCK = 100_000
const FAST = 10
const CHUNK_BYTES = 1024 * 1024

interface Case {
  readonly name: string
  readonly block: () => Buffer
  readonly filter: string
  /** Times less CPU than Fail2ban. */
  readonly atLeast: number
}

const CASES: readonly Case[] = [
  { name: 'access log, 2 % attacks', block: () => attacked(BLOCK, 0.02), filter: 'nginx-botsearch', atLeast: 60 },
  { name: 'access log, 2 % attacks', block: () => attacked(BLOCK, 0.02), filter: 'nginx-bad-request', atLeast: 60 },
  { name: 'error log, 20 % attacks', block: () => errors(BLOCK, 0.2), filter: 'nginx-http-auth', atLeast: 20 },
  { name: 'error log, 20 % attacks', block: () => errors(BLOCK, 0.2), filter: 'nginx-limit-req', atLeast: 20 },
  { name: 'auth log, 30 % attacks', block: () => logins(BLOCK, 0.3), filter: 'sshd', atLeast: 20 },
]

const folder = mkdtempSync(join(tmpdir(), 'rampart-bench-detect-'))
try {
  commands()
  filters()
  console.log(`\n${machine()}`)
} finally {
  rmSync(folder, { recursive: true })
}

/** `fail2ban-regex` of both, with all that it prints: counts, and how often each form of date was seen. */
function commands(): void {
  if (!existsSync(FAIL2BAN)) {
    console.log('Fail2ban is not installed: there is nothing to compare with')
    return
  }
  console.log(
    '| `fail2ban-regex`, µs CPU a line | Rampart | Fail2ban | times | at least | |\n|---|--:|--:|--:|--:|---|',
  )
  for (const { name, block, filter, atLeast } of CASES) {
    const [one, two] = files(block(), 1)
    const [ten, twenty] = files(block(), FAST)
    const ours = [join(ROOT, 'bin/fail2ban-regex'), '-c', INSTALLED]
    const same = counts([...ours, one, filter]) === counts([FAIL2BAN, one, filter])
    if (!same)
      throw new Error(`${filter}: ${counts([...ours, one, filter])}, Fail2ban ${counts([FAIL2BAN, one, filter])}`)
    const rampart = (cpu([...ours, twenty, filter]) - cpu([...ours, ten, filter])) / (FAST * BLOCK)
    const fail2ban = (cpu([FAIL2BAN, two, filter]) - cpu([FAIL2BAN, one, filter])) / BLOCK
    const times = fail2ban / rampart
    console.log(
      `| ${name}: ${filter} | ${us(rampart)} | ${us(fail2ban)} | ${times.toFixed(0)} | ${atLeast} | ${times >= atLeast ? 'met' : 'MISSED'} |`,
    )
  }
}

/** The matching alone, as the guard's reader does it, beside programs that only search. */
function filters(): void {
  const world = realWorld()
  const nginx = ['http-auth', 'botsearch', 'limit-req', 'bad-request'].map((name) => `nginx-${name}`)
  const own = [...nginx, 'nginx-4xx', 'nginx-forbidden', 'nginx-sslerror']
  const stock = join(ROOT, 'config')
  const rows: readonly [name: string, log: Buffer, folder: string, filters: readonly string[], atLeast?: number][] = [
    ["Fail2ban's four nginx filters, access log, 2 % attacks", attacked(BLOCK, 0.02), INSTALLED, nginx, 4],
    ['our seven nginx filters, access log, 2 % attacks', attacked(BLOCK, 0.02), stock, own, 4],
    ['our seven nginx filters, nothing but attacks', attacked(BLOCK, 1), stock, own, 0.5],
    ["Fail2ban's four nginx filters, error log, 20 % attacks", errors(BLOCK, 0.2), INSTALLED, nginx],
    ["Fail2ban's sshd, auth log, 30 % attacks", logins(BLOCK, 0.3), INSTALLED, ['sshd']],
  ]
  console.log(
    '\n| million lines a CPU second | Rampart | at least | | `grep -cE` | `rg -c` | `wc -l` |\n|---|--:|--:|---|--:|--:|--:|',
  )
  for (const [name, log, from, names, atLeast] of rows) {
    if (!existsSync(join(from, 'filter.d'))) continue
    const readings = names.map((jail) => ({ jail, filter: filter(loadFilter(world, [from], jail)), findtime: 86_400 }))
    const speed = matched(log, readings)
    const [file] = files(log, 1)
    const others = searches(names).map((argv) => (argv ? million(BLOCK / cpu([...argv, file])) : ''))
    const judged = atLeast === undefined ? ' | ' : `${atLeast} | ${speed >= atLeast ? 'met' : 'MISSED'}`
    console.log(`| ${name} | ${speed.toFixed(2)} | ${judged} | ${others.join(' | ')} |`)
  }
}

/** Million lines a second of this process's CPU, the best of several rounds: the first ones compile. */
function matched(log: Buffer, readings: Parameters<typeof logMatcher>[0]): number {
  const matcher = logMatcher(readings)
  const rounds = Array.from({ length: 8 }, () => {
    const before = process.cpuUsage()
    for (let at = 0; at < log.length; ) {
      const end = log.lastIndexOf(10, at + CHUNK_BYTES) + 1
      matcher.match(log.subarray(at, end), Date.now(), true)
      at = end
    }
    const { user, system } = process.cpuUsage(before)
    return BLOCK / (user + system)
  })
  return Math.max(...rounds)
}

/** Programs that search for the same expressions, as far as they can say them. */
function searches(names: readonly string[]): readonly (readonly string[] | undefined)[] {
  const words = names
    .filter((name) => existsSync(join(INSTALLED, 'filter.d', `${name}.conf`)))
    .flatMap((name) => loadFilter(realWorld(), [INSTALLED], name).failregex.map(extended))
    .filter((one) => !/\(\?|</.test(one))
    .flatMap((one) => ['-e', one])
  if (words.length === 0) return [undefined, undefined, ['wc', '-l']]
  const rg = installed('rg')
  return [['grep', '-cE', ...words], rg === undefined ? undefined : [rg, '-c', '-j1', ...words], ['wc', '-l']]
}

/** As an extended regular expression. The date is not cut out of the line here. */
function extended(python: string): string {
  return python
    .replace(/^\^(?:\\s\*| )(?=\\\[)/, '^[0-9/]+ [0-9:]+ +')
    .replace('\\[\\]', '\\[[^]]*\\]')
    .replaceAll('[\\d\\.]', '[0-9.]')
    .replaceAll('\\d', '[0-9]')
    .replaceAll('<HOST>', '[^ ]+')
    .replaceAll('(?:', '(')
    .replaceAll('.*?', '.*')
    .replace(/\\([^\w.*+?()[\]{}|^$\\])/g, '$1')
}

function installed(name: string): string | undefined {
  try {
    return execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim()
  } catch {
    return undefined
  }
}

/** The block so many times, and twice so many times. */
function files(block: Buffer, times: number): readonly [once: string, twice: string] {
  const [once, twice] = [join(folder, `${times}.log`), join(folder, `${2 * times}.log`)]
  const bytes = Buffer.concat(Array.from({ length: times }, () => block))
  writeFileSync(once, bytes)
  writeFileSync(twice, Buffer.concat([bytes, bytes]))
  return [once, twice]
}

/** The line in which `fail2ban-regex` says what it found. */
function counts(argv: readonly string[]): string {
  const out = execFileSync(argv[0]!, argv.slice(1), { encoding: 'utf8', maxBuffer: 1 << 30 })
  return /^Lines: .*$/m.exec(out)![0]
}

/** Seconds of CPU, the least of three runs. */
function cpu(argv: readonly string[]): number {
  const times = join(folder, 'times')
  // Into a file: grep that sees /dev/null stops at the first match.
  const script = 'TIMEFORMAT="%U %S"; { time timeout 60 "$@" > "$TIMES.out" 2>&1; } 2> "$TIMES"; true'
  const runs = Array.from({ length: 3 }, () => {
    execFileSync('bash', ['-c', script, 'bash', ...argv], { env: { ...process.env, LC_ALL: 'C.UTF-8', TIMES: times } })
    const [user = 0, system = 0] = readFileSync(times, 'utf8').split(' ').map(Number)
    return user + system
  })
  return Math.max(0.001, Math.min(...runs))
}

function us(seconds: number): string {
  return (seconds * 1e6).toFixed(2)
}

function million(lines: number): string {
  return (lines / 1e6).toFixed(1)
}
