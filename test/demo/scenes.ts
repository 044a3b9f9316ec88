/** The scenes, in the order in which they play. */
import { printable } from '../../src/base/printable.ts'
import { paint } from '../../src/cli/print.ts'
import { ATTACKERS, ATTACKERS6, sleep, VISITORS, VISITORS6 } from '../lab/lab.ts'
import { hang, loneAttacker } from './lone-attacker.ts'
import { bar, INDENT, milliseconds, row, status, title } from './row.ts'
import type { Stage } from './stage.ts'

const SCANNER = `${ATTACKERS}.23`
const GUESSER = `${ATTACKERS6}:6a`

export async function theGuardStarts(stage: Stage): Promise<void> {
  const { screen, lab } = stage
  const { terminal } = screen
  const lines = [title(terminal, 1, 'A server with nginx is guarded, and visitors read its pages')]
  screen.play(() => lines)
  await lab.nginx()
  const took = await stage.guard()
  const { jails } = await lab.status()
  lines.push(
    row(
      terminal,
      'rampart',
      'rampart up',
      `ready after ${(took / 1000).toFixed(1)} s: ${jails.length} jails, chosen by itself`,
    ),
  )
  await stage.pause(1500)
  for (const [from, page] of [
    [`${VISITORS}.10`, '/'],
    [`${VISITORS6}:10`, '/prices.html'],
  ] as const) {
    lines.push(row(terminal, 'visitor', from, `GET ${page}`, status(terminal, await stage.visitors.ask(from, page))))
    await stage.pause(800)
  }
  stage.visitors.begin()
  await stage.pause(1500)
  screen.settle()
}

export function aScannerLooksForDoors(stage: Stage): Promise<void> {
  return loneAttacker(stage, {
    number: 2,
    title: 'A scanner looks for what this server never had',
    attacker: SCANNER,
    visitor: `${VISITORS}.11`,
    requests: ['/wp-login.php', '/.env', '/phpmyadmin/'].map((path) => ({ shown: `GET ${path}`, path })),
  })
}

export function aGuesserTriesPasswords(stage: Stage): Promise<void> {
  return loneAttacker(stage, {
    number: 3,
    title: 'A guesser tries passwords, over IPv6',
    attacker: GUESSER,
    visitor: `${VISITORS6}:12`,
    requests: ['123456', 'password', 'admin', 'qwerty', 'letmein'].map((word) => ({
      shown: `GET /secret/ admin:${word}`,
      path: '/secret/',
      options: ['--user', `admin:${word}`],
    })),
  })
}

interface Tool {
  readonly from: string
  readonly does: string
  readonly path: (part: number) => string
  readonly options?: readonly string[]
}

/** `path` holds curl's range: three requests a part. */
const TOOLS: readonly Tool[] = [
  { from: `${ATTACKERS}.41`, does: 'enters a denied folder', path: (part) => `/forbidden/${part}-[1-3]` },
  {
    from: `${ATTACKERS6}:42`,
    does: 'breaks TLS handshakes',
    path: (part) => `https://SERVER/${part}-[1-3]`,
    // The server's key is an elliptic one: no cipher in common.
    options: ['--tls-max', '1.2', '--ciphers', 'ECDHE-RSA-AES128-GCM-SHA256'],
  },
  {
    from: `${ATTACKERS}.43`,
    does: 'sends what is no HTTP',
    path: (part) => `/${part}-[1-3]`,
    options: ['-X', '\x16\x03\x01'],
  },
  { from: `${ATTACKERS6}:44`, does: 'hammers the login', path: (part) => `/login?${part}-[1-3]` },
  { from: `${ATTACKERS}.45`, does: 'guesses names of pages', path: (part) => `/old/page-${part}-[1-3]` },
]

export async function fiveToolsAtOnce(stage: Stage): Promise<void> {
  const { screen, ledger } = stage
  const { terminal } = screen
  const sent = new Map<Tool, number>()
  const head = paint(
    terminal,
    'dim',
    `${INDENT}${'attacker'.padEnd(20)}${'what it does'.padEnd(24)}requests  banned by`,
  )
  screen.play(() => [
    title(terminal, 4, 'Five more tools attack at the same time'),
    head,
    ...TOOLS.map((tool) => {
      const ban = ledger.banned(tool.from)?.ban
      const outcome = ban ? paint(terminal, 'bold', ban.jail) : paint(terminal, 'dim', 'not yet')
      const from = paint(terminal, 'red', tool.from.padEnd(20))
      return `${INDENT}${from}${tool.does.padEnd(24)}${String(sent.get(tool) ?? 0).padStart(8)}  ${outcome}`
    }),
  ])
  await stage.pause(1500)
  const attack = async (tool: Tool) => {
    for (let part = 1; !ledger.banned(tool.from); part++) {
      if (part > 40) throw new Error(`${tool.from} ${tool.does} and is not banned`)
      await stage.lab.visits(tool.from, tool.path(part), ...(tool.options ?? []))
      sent.set(tool, part * 3)
      await sleep(screen.live ? 500 : 50)
    }
  }
  await Promise.all(TOOLS.map(attack))
  await stage.pause(2500)
  screen.settle()
}

const BOTS = Array.from({ length: 100 }, (_, i) =>
  i % 2 === 0 ? `${ATTACKERS}.${100 + i}` : `${ATTACKERS6}b${100 + i}::1`,
)
const PROBES = ['/.git/config', '/wp-login.php', '/backup.sql', '/xmlrpc.php', '/.env']

export async function aBotnetComes(stage: Stage): Promise<void> {
  const { screen, ledger, visitors } = stage
  const { terminal } = screen
  const before = { asked: visitors.asked, refused: visitors.refused }
  const banned = () => BOTS.flatMap((bot) => ledger.banned(bot) ?? [])
  let again = ''
  screen.play(() => {
    const done = banned()
    const newest = ledger.all().at(-1)
    const lines = [
      title(terminal, 5, `A botnet comes: ${BOTS.length} addresses, half of them IPv6`),
      `${INDENT}${paint(terminal, 'red', 'banned'.padEnd(10))}${bar(terminal, done.length, BOTS.length, 40)}  ${String(done.length).padStart(3)} of ${BOTS.length}`,
      `${INDENT}${paint(terminal, 'green', 'visitors'.padEnd(10))}${String(visitors.asked - before.asked).padStart(3)} visits meanwhile, ${visitors.refused - before.refused} refused`,
    ]
    if (newest && done.length > 0 && done.length < BOTS.length) {
      const ms = newest.ms === undefined ? '' : milliseconds(newest.ms)
      lines.push(row(terminal, 'kernel', newest.ban.address, `in set ${newest.set}`, ms))
    }
    return again === '' ? lines : [...lines, again]
  })
  await stage.pause(1200)
  const waiting = [...BOTS.entries()]
  const crew = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [i, bot] = next
      await stage.lab.visits(bot, `${PROBES[i % PROBES.length]}?[1-3]`)
      await stage.pause(180)
    }
  }
  await Promise.all(Array.from({ length: 4 }, crew))
  await Promise.all(BOTS.map((bot) => stage.banned(bot)))
  await stage.pause(600)

  const sample = BOTS.filter((_, i) => i % 5 === 0)
  const label = `${INDENT}${paint(terminal, 'red', 'attackers'.padEnd(10))}`
  again = `${label}${String(sample.length).padStart(3)} of them try again ...`
  const codes = await Promise.all(sample.map((bot) => stage.request(bot, '/', 1)))
  const answered = codes.filter((code) => code !== 0).length
  if (answered > 0) throw new Error(`${answered} of ${sample.length} banned addresses were answered`)
  again = `${label}${String(sample.length).padStart(3)} of them try again: ${paint(terminal, 'yellow', 'no answer to any')}`
  await stage.pause(2200)
  screen.settle()
}

export async function theGuardIsKilled(stage: Stage): Promise<void> {
  const { screen, ledger, lab } = stage
  const { terminal } = screen
  const lines = [title(terminal, 6, 'The guard is killed: its bans stay in the kernel')]
  let last: () => string[] = () => []
  screen.play(() => [...lines, ...last()])
  await stage.pause(1200)
  await stage.kill()
  lines.push(row(terminal, 'admin', 'kill -9', 'the guard is gone'))
  await stage.pause(900)
  const held = (await lab.inKernel()).length
  lines.push(row(terminal, 'kernel', 'nft list', `${held} addresses are still dropped`))
  const waiting = hang(stage, SCANNER)
  last = () => [waiting.row()]
  await waiting.over
  lines.push(waiting.row())
  last = () => []
  const took = await stage.guard()
  const { banned } = await lab.status()
  const restored = `back after ${(took / 1000).toFixed(1)} s with its ${banned} bans`
  lines.push(row(terminal, 'rampart', 'rampart up', paint(terminal, 'bold', restored)))
  const all = ledger.all().length
  if (held !== all || banned !== all)
    throw new Error(`${all} were banned, the kernel had ${held}, the new guard ${banned}`)
  await stage.pause(2200)
  screen.settle()
}

export async function theAdminAsksAndForgives(stage: Stage): Promise<void> {
  const { screen, lab } = stage
  const { terminal } = screen
  const lines = [title(terminal, 7, 'The admin asks why, and forgives')]
  screen.play(() => lines)
  await stage.pause(900)
  const command = (...words: string[]) => {
    lines.push(`${INDENT}${paint(terminal, 'dim', '#')} ${paint(terminal, 'bold', `rampart ${words.join(' ')}`)}`)
    return lab.rampart(...words)
  }
  const { out } = await command('why', SCANNER)
  const said = out.trimEnd().split('\n')
  const shown = said.slice(0, said.findIndex((line) => line.includes('kernel:')) + 1)
  lines.push(...shown.flatMap((line) => fold(`${INDENT}  ${printable(line)}`)))
  await stage.pause(3500)
  const lifted = await command('unban', SCANNER)
  lines.push(
    ...lifted.out
      .trimEnd()
      .split('\n')
      .map((line) => `${INDENT}  ${printable(line)}`),
  )
  await stage.pause(900)
  const code = await stage.request(SCANNER, '/', 2)
  if (code !== 200) throw new Error(`${SCANNER} was forgiven and got ${code}`)
  lines.push(row(terminal, 'attacker', SCANNER, 'GET /', status(terminal, code)))
  await stage.pause(2500)
  screen.settle()
}

/** A sentence too long for 80 columns goes on in the next line; a quoted log line is cut by the screen. */
function fold(line: string): string[] {
  if (line.length <= 80 || line.includes('"')) return [line]
  const at = line.lastIndexOf(' ', 80)
  return [line.slice(0, at), `${INDENT}    ${line.slice(at + 1)}`]
}
