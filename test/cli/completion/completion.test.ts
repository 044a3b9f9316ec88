/** Completion in real shells: every word of the grammar is offered, and no name from the guard is ever run. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { programSpots } from '../../../src/cli/completion/completion.ts'
import type { Spot } from '../../../src/cli/completion/spot.ts'
import { PARSER, Shells, skipOf } from './shells.ts'

/** A jail's name may hold anything. */
const HOSTILE = [
  'q$(touch pwned)',
  'w`touch pwned`',
  "e'; touch pwned; '",
  'r touch|pwned',
  't&pwned*',
  'y"$HOME"',
  'u\\n',
]
const JAILS = ['nginx-4xx', 'sshd', ...HOSTILE]

const shells = new Shells({
  jails: JAILS,
  sections: ['nginx-4xx', 'postfix'],
  banned: ['198.51.100.7', '2001:db8:bad::/64'],
  filters: ['apache-auth', 'nginx-botsearch'],
  lists: ['drop'],
  ends: ['list:drop'],
  profiles: ['OpenSSH', 'Nginx Full'],
  services: ['domain', 'ssh'],
  interfaces: ['eth0', 'lo'],
})
after(() => {
  assert.ok(!existsSync(join(shells.folder, 'work/pwned')), 'a name was run')
  shells.close()
})

/** What is typed, and what is offered for the last word. */
const OFFERED: readonly (readonly [string, readonly string[]])[] = [
  ['rampart firewall ', ['apply', 'export', 'help', 'history', 'off', 'plan', 'rollback']],
  ['rampart fire', ['firewall']],
  ['rampart firewall apply --ro', ['--rollback']],
  ['rampart firewall apply --rollback ', []],
  ['rampart completion ', ['bash', 'fish', 'zsh']],
  ['rampart status nginx', ['nginx-4xx']],
  ['rampart ban --jail ss', ['sshd']],
  ['rampart ban --jail sshd --for 1d --forc', ['--force']],
  ['rampart ban --jail=ss', ['--jail=sshd']],
  ['rampart jail enable ', ['nginx-4xx', 'postfix']],
  ['rampart jail enable nginx-4xx po', ['postfix']],
  ['rampart jail disable ss', ['sshd']],
  ['rampart jail test po', ['postfix']],
  ['rampart list add ', ['drop']],
  ['rampart list show ', ['drop']],
  ['rampart list remove dr', ['drop']],
  ['rampart why 19', ['198.51.100.7']],
  ['rampart why rou', ['route']],
  ['rampart why in t', ['tcp', 'to']],
  ['rampart why in tcp ss', ['ssh']],
  ['rampart why in tcp 443 fr', ['from']],
  ['rampart why in on l', ['lo']],
  ['rampart why out udp port dom', ['domain']],
  ['rampart why out udp 53 to 192.0.2.53 --js', ['--json']],
  ['rampart why route proto g', ['gre']],
  ['rampart match apa', ['apache-auth']],
  ['rampart help firew', ['firewall']],
  ['rampart unban 19', ['198.51.100.7']],
  ['rampart unban 2001:db8', ['2001:db8:bad::/64']],
  ['fail2ban-client unban 19', ['198.51.100.7']],
  ['ufw de', ['default', 'delete', 'deny']],
  ['ufw --force en', ['enable']],
  ['ufw default deny ', ['incoming', 'outgoing', 'routed']],
  ['ufw status ', ['numbered', 'verbose']],
  ['ufw insert 3 al', ['allow']],
  ['ufw route allow in on e', ['eth0']],
  ['ufw allow proto t', ['tcp']],
  ['ufw deny from 192.0.2.0/24 to an', ['any']],
  ['ufw deny from list:', ['list:drop']],
  ['ufw allow Open', ['OpenSSH']],
  ['ufw app default ', ['allow', 'deny', 'reject', 'skip']],
  ['fail2ban-client status ss', ['sshd']],
  ['fail2ban-client get sshd bantime.max', ['bantime.maxtime']],
  ['fail2ban-client get logl', ['loglevel']],
  ['fail2ban-client set sshd unbanip --', ['--report-absent']],
  ['fail2ban-client set loglevel DE', ['DEBUG']],
  ['fail2ban-client -c /etc/fail2ban rel', ['reload']],
  ['fail2ban-client set sshd usedns ', ['no', 'raw', 'warn', 'yes']],
  ['fail2ban-server --logt', ['--logtarget']],
  ['fail2ban-regex --usedns w', ['warn']],
  ['fail2ban-regex access.log nginx-b', ['nginx-botsearch']],
]

test('bash offers what may come', { skip: skipOf('bash') }, () => {
  const replies = shells.bashReplies(OFFERED.map(([line]) => line.split(' ')))
  for (const [index, [line, expected]] of OFFERED.entries()) {
    const whole = replies[index]!.map((reply) => withKept(line, reply))
    assert.deepEqual(whole.sort(), expected, line)
  }
})

/** Of `--jail=ss` and `list:` readline keeps what stands before the mark. */
function withKept(line: string, reply: string): string {
  const [, kept = ''] = /(\S*[=:])\S*$/.exec(line) ?? []
  return `${kept}${reply}`
}

test('fish offers what may come', { skip: skipOf('fish') }, () => {
  for (const [line, expected] of OFFERED) assert.deepEqual([...shells.fishReplies(line)].sort(), expected, line)
})

/** What stands in the line after Tab. */
const TYPED: readonly (readonly [string, string])[] = [
  ['rampart firew', 'rampart firewall '],
  ['rampart firewall appl', 'rampart firewall apply '],
  ['rampart firewall apply --for', 'rampart firewall apply --force '],
  ['rampart firewall apply som', 'rampart firewall apply some\\ file.log '],
  ['rampart up --state fol', 'rampart up --state folder/'],
  ['rampart status ngi', 'rampart status nginx-4xx '],
  ['rampart ban --jail=ss', 'rampart ban --jail=sshd '],
  ['ufw deny from list:dr', 'ufw deny from list:drop '],
  ['ufw deny from 2001:db8::/32 to an', 'ufw deny from 2001:db8::/32 to any '],
  ['ufw allow Ngi', 'ufw allow Nginx\\ Full '],
  ['fail2ban-client get sshd bantime.inc', 'fail2ban-client get sshd bantime.increment '],
]

for (const shell of ['bash', 'zsh'] as const) {
  test(`${shell} puts it into the line`, { skip: skipOf(shell) }, async () => {
    const lines = await shells.typed(
      shell,
      TYPED.map(([line]) => line),
    )
    for (const [index, [line, expected]] of TYPED.entries()) assert.equal(lines[index], expected, line)
  })
}

test('a hostile name is quoted in the line: bash, zsh and fish read the same word from it, and run nothing', async () => {
  for (const shell of ['bash', 'zsh'] as const) {
    if (skipOf(shell)) continue
    const lines = await shells.typed(
      shell,
      HOSTILE.map((name) => `rampart status ${name[0]}`),
    )
    assert.deepEqual(shells.readBack(shell, lines), HOSTILE, `${shell}: ${lines.join(' | ')}`)
  }
  if (!skipOf('fish')) assert.deepEqual([...shells.fishReplies('rampart status ')].sort(), [...JAILS].sort())
})

test('every command and option is offered where it may stand', { skip: skipOf('bash') }, () => {
  const rows = [...programSpots(PARSER)].flatMap(([program, spots]) => rowsOf(program, spots))
  const replies = shells.bashReplies(rows.map(({ words }) => words))
  for (const [index, { words, word }] of rows.entries()) assert.ok(replies[index]!.includes(word), words.join(' '))
  assert.ok(rows.length > 300, `${rows.length} rows`)
})

/** Each word that is offered, behind words that lead to its spot. */
function rowsOf(
  program: string,
  spots: readonly Spot[],
): readonly { readonly words: string[]; readonly word: string }[] {
  const ways = new Map([[program, [program]]])
  for (const [name, way] of ways) {
    const { words, values } = spots.find((spot) => spot.name === name)!
    for (const { word, into } of words) if (into !== undefined && !ways.has(into)) ways.set(into, [...way, word])
    for (const { into } of values) if (into !== undefined && !ways.has(into)) ways.set(into, [...way, '1'])
  }
  return spots.flatMap(({ name, words }) =>
    words.filter(({ quiet }) => !quiet).map(({ word }) => ({ words: [...ways.get(name)!, word], word })),
  )
}
