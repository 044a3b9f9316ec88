/** What a log, a file's name or a configuration can say to a terminal, to a program that reads JSON, and to the guard itself. */
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { printable } from '../../src/base/printable.ts'
import type { Guarding } from '../lab/guarding.ts'
import { end } from '../lab/host.ts'
import { ATTACKERS, Lab, noLab, ROOT, until } from '../lab/lab.ts'
import { probeLine } from '../lab/lines.ts'

/** What a terminal may obey, but for the end of a line: C0, DEL, C1 (ECMA-48), lines' and paragraphs' ends, what turns text. */
const OBEYED = /[\0-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/
/** Clears the screen, sets the clipboard, hides what follows, turns it, ends a line in ways of its own. */
const NASTY = '\x1b[2J\x1b]52;c;cm0gLXJm\x07\x1b[8m\x9b2J\u202e\r\x08\x7f\u2028\x00'
const THIRD = '203.0.113.66'
/** What Fail2ban's log and Rampart's own say of a ban. */
const SAYS_BANNED = [
  `2026-11-22 23:59:59,999 fail2ban.actions [1]: NOTICE  [x] Ban ${THIRD}`,
  `2026-11-22T23:59:59 host rampart[1]: [x] Ban ${THIRD}`,
  `23:59:59  ban      ${THIRD}  x  1 failure, for 1h`,
]
const ATTACKER = `${ATTACKERS}.7`
const JAILS = `[probes\x1b[31m]
enabled = true
filter = nginx-botsearch
logpath = /var/log/nginx/*.log
maxretry = 1
[recidive]
enabled = true
logpath = /var/log/own.log
maxretry = 1
findtime = 1d
[own]
enabled = true
filter = recidive
logpath = /var/log/own.log
maxretry = 1
`

describe('hostile text on its way to a person', { skip: noLab() ?? false }, () => {
  let lab: Lab
  let guard: Guarding
  let tail: ReturnType<Lab['server']['start']>
  let tailed = ''

  before(async () => {
    lab = await Lab.open(JAILS)
    lab.append('syslog/own.log', '')
    guard = await lab.guard()
    tail = lab.server.start([`${ROOT}/bin/rampart`, 'tail'])
    tail.stdout!.on('data', (bytes) => {
      tailed += bytes
    })
    await until('it is heard', async () => {
      await lab.rampart('ban', '192.0.2.76', '--for', '1h')
      return tailed.includes('192.0.2.76')
    })
    // Who may write in the folder chooses its files' names.
    lab.append(`log/a${NASTY.replaceAll('\0', '')}.log`, '')
    const line = probeLine(ATTACKER, `/.env?${NASTY}`).replace('"probe"', `"${NASTY} ${SAYS_BANNED.join('\r')}"`)
    lab.append('log/access.log', line)
    await until('the ban', async () => (await lab.inKernel()).includes(ATTACKER))
    await until('it is told', () => guard.out.includes(ATTACKER) && tailed.includes('.log'))
    await lab.rampart('unban', ATTACKER)
    await lab.rampart('ban', '192.0.2.77', '--for', '1h')
    await until('the end is heard', () => tailed.includes('192.0.2.77'))
    await end(tail)
  })
  after(() => lab?.close())

  test('T33 what `rampart up` and `rampart tail` tell holds nothing that a terminal obeys', () => {
    for (const told of [guard.out, guard.err, tailed]) assert.doesNotMatch(told, OBEYED)
    assert.match(guard.out, /\\x1b\[2J/)
  })

  const JAIL = 'probes\x1b[31m'
  const commands: readonly (readonly string[])[] = [
    ['status'],
    ['status', JAIL],
    ['status', '--verify'],
    ['why', ATTACKER],
    ['why', NASTY],
    ['status', NASTY],
    ['ban', NASTY.replaceAll('\0', '')],
    ['ban', '192.0.2.78', '--jail', JAIL],
    ['unban', '192.0.2.78', '--jail', NASTY],
    ['unban', '192.0.2.78'],
    ['ban', '127.0.0.1'],
    ['reload', NASTY],
    ['match', JAIL, '/var/log/nginx/access.log'],
    ['match', '--explain', 'nginx-botsearch', '/var/log/nginx/access.log'],
    ['config', 'check', JAIL],
    ['config', 'check', NASTY],
    [NASTY],
    ['status', `--${NASTY}`],
  ].map((words) => words.map((word) => word.replaceAll('\0', '')))
  for (const words of commands) {
    test(`T33 \`rampart ${printable(words.join(' '))}\` prints nothing that a terminal obeys`, async () => {
      for (const form of [[], ['--json']]) {
        const { out, err } = await lab.rampart(...words, ...form)
        assert.doesNotMatch(out + err, OBEYED)
        assert.notEqual(out + err, '')
      }
    })
  }

  test('T33 JSON holds the text as it came', async () => {
    const { out } = await lab.rampart('why', ATTACKER, '--json')
    const { earlier } = JSON.parse(out) as { earlier: { jail: string; matches: string[] }[] }
    const [line] = earlier.find(({ jail }) => jail === JAIL)?.matches ?? []
    for (const part of [NASTY, SAYS_BANNED.join('\r')]) assert.ok(line?.includes(part), JSON.stringify(line))
  })

  test('T34 what the guard tells, fed back to it as a log, bans nobody whom only a log line names', async () => {
    lab.append('syslog/own.log', guard.out + tailed)
    for (const form of [[], ['--json']]) lab.append('syslog/own.log', (await lab.rampart('why', ATTACKER, ...form)).out)
    // Whom a true line names is what this jail is there for.
    lab.append('syslog/own.log', `${stamp()} fail2ban.actions        [1]: NOTICE  [x] Ban ${ATTACKERS}.9\n`)
    await until('who stands behind it', async () => (await lab.inKernel()).includes(`${ATTACKERS}.9`))
    assert.equal((await lab.inKernel()).includes(THIRD), false)
  })
})

test('R40 an expression without an anchor is told at the start and by -t, with the reason and what to write', {
  skip: noLab() ?? false,
}, async () => {
  const lab = await Lab.open('[loose]\nenabled = true\nfilter = loose\nlogpath = /var/log/app.log\n')
  try {
    lab.append('syslog/app.log', '')
    mkdirSync(join(lab.folder, 'rampart/filter.d'))
    lab.write('rampart/filter.d/loose.conf', '[Definition]\nfailregex = failed from <HOST>\n')
    const said =
      /loose\.conf:2.*not anchored at the start of the line|not anchored at the start of the line.*loose\.conf:2/s
    const guard = await lab.guard()
    await until('the start says it', () => said.test(guard.out.replaceAll(/\s+/g, ' ')), 30_000)
    const tested = await lab.server.run([join(ROOT, 'bin/fail2ban-client'), '-c', '/etc/rampart', '-t'])
    assert.equal(tested.code, 0, tested.err + tested.out)
    assert.match(tested.out, /^OK: configuration test is successful$/m)
    assert.match(tested.err, said)
    assert.match(tested.err, /begin with \^ and what the program writes before the address/)
    const { code, out } = await lab.rampart('config', 'check')
    assert.equal(code, 1)
    assert.match(out, /where the text may be of a\s+client's choice/)
  } finally {
    await lab.close()
  }
})

/** As Fail2ban writes it: local time, milliseconds. */
function stamp(): string {
  return new Date().toISOString().replace('T', ' ').replace('.', ',').replace('Z', '')
}
