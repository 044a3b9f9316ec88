/** What an installed UFW has in the kernel: which of it is its own, and the words that take it out. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { NftObject } from '../../src/firewall/nft-json.ts'
import { legacyTables, printLegacyTakeOut } from '../../src/firewall/old-ufw/legacy-tables.ts'
import { oldNftTables, printOpened, printTakeOut } from '../../src/firewall/old-ufw/old-nft-tables.ts'
import { judges, type OldTable } from '../../src/firewall/old-ufw/old-table.ts'
import { setByUfw } from '../../src/firewall/old-ufw/old-ufw.ts'

const STOCK = { ipv6: true, policies: { in: 'drop', out: 'accept', forward: 'drop' } } as const

interface Row {
  readonly name: string
  /** As iptables-save prints it; nft's JSON is made from it. */
  readonly saved: string
  readonly family?: 4 | 6
  readonly settings?: Parameters<typeof setByUfw>[1]
  /** By `nft`; empty: nothing of it is UFW's. */
  readonly goes: readonly string[]
  readonly judges?: boolean
}

const ROWS: readonly Row[] = [
  {
    name: 'calls, chains and the policies that UFW had set go, whatever else there is stays',
    saved: `*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:f2b-sshd - [0:0]
:ufw-before-input - [0:0]
:ufw-user-input - [0:0]
-A INPUT -p tcp --dport 22 -j f2b-sshd
-A INPUT -j ufw-before-input
-A f2b-sshd -s 198.51.100.9 -j REJECT
-A ufw-before-input -j ufw-user-input
-A ufw-user-input -p tcp --dport 22 -j ACCEPT
COMMIT
`,
    goes: [
      'delete rule ip filter INPUT handle 2',
      'flush chain ip filter ufw-before-input',
      'flush chain ip filter ufw-user-input',
      'delete chain ip filter ufw-before-input',
      'delete chain ip filter ufw-user-input',
      'add chain ip filter INPUT { policy accept; }',
      'add chain ip filter FORWARD { policy accept; }',
    ],
    judges: true,
  },
  {
    name: "a policy that UFW's settings do not ask for is somebody else's",
    saved: `*filter
:INPUT ACCEPT [0:0]
:FORWARD DROP [0:0]
:OUTPUT DROP [0:0]
:ufw-user-forward - [0:0]
-A FORWARD -j ufw-user-forward
-A ufw-user-forward -j RETURN
COMMIT
`,
    settings: { ...STOCK, policies: { ...STOCK.policies, forward: 'accept' } },
    goes: [
      'delete rule ip filter FORWARD handle 1',
      'flush chain ip filter ufw-user-forward',
      'delete chain ip filter ufw-user-forward',
    ],
    judges: true,
  },
  {
    name: 'a call in a chain of others goes too: it would hold the chain',
    saved: `*filter
:FORWARD ACCEPT [0:0]
:DOCKER-USER - [0:0]
:ufw-user-forward - [0:0]
-A FORWARD -j DOCKER-USER
-A DOCKER-USER -s 10.0.0.0/8 -g ufw-user-forward
-A DOCKER-USER -j RETURN
COMMIT
`,
    goes: [
      'delete rule ip filter DOCKER-USER handle 2',
      'flush chain ip filter ufw-user-forward',
      'delete chain ip filter ufw-user-forward',
    ],
    judges: false,
  },
  {
    name: 'the chain that a killed command left behind goes, and decides nothing',
    saved: '*filter\n:INPUT ACCEPT [0:0]\n:ufw-caps-test - [0:0]\n-A ufw-caps-test -m recent --set -j RETURN\nCOMMIT\n',
    goes: ['flush chain ip filter ufw-caps-test', 'delete chain ip filter ufw-caps-test'],
    judges: false,
  },
  {
    name: 'chains as `ufw disable` leaves them decide nothing',
    saved: '*filter\n:INPUT ACCEPT [0:0]\n:ufw-before-input - [0:0]\n-A INPUT -j ufw-before-input\nCOMMIT\n',
    goes: [
      'delete rule ip filter INPUT handle 1',
      'flush chain ip filter ufw-before-input',
      'delete chain ip filter ufw-before-input',
    ],
    judges: false,
  },
  {
    name: 'IPv6 that is closed by `IPV6=no` is opened; its two rules stay, they accept',
    family: 6,
    saved:
      '*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT DROP [0:0]\n-A INPUT -i lo -j ACCEPT\n-A OUTPUT -o lo -j ACCEPT\nCOMMIT\n',
    settings: { ...STOCK, ipv6: false },
    goes: ['INPUT', 'FORWARD', 'OUTPUT'].map((chain) => `add chain ip6 filter ${chain} { policy accept; }`),
    judges: true,
  },
  {
    name: "an admin's own chains are none of it, though all drops",
    saved: '*filter\n:INPUT DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n:my-ufw-x - [0:0]\n-A INPUT -j my-ufw-x\nCOMMIT\n',
    goes: [],
  },
  {
    name: 'a comment that looks like a call is none',
    saved:
      '*filter\n:INPUT ACCEPT [0:0]\n:ufw-x - [0:0]\n-A INPUT -m comment --comment "a -j ufw-x \\" -j ufw-x" -j ACCEPT\nCOMMIT\n',
    goes: ['flush chain ip filter ufw-x', 'delete chain ip filter ufw-x'],
    judges: false,
  },
]

describe('chains of an installed UFW', () => {
  for (const { name, saved, family = 4, settings = STOCK, goes, judges: isJudging } of ROWS) {
    test(name, () => {
      const [table, ...more] = oldNftTables(asNft(saved, family))
      assert.deepEqual(more, [])
      assert.deepEqual(table ? [...printTakeOut(table), ...printOpened(table, setByUfw(table, settings))] : [], goes)
      assert.equal(table && judges(table), isJudging)
      const [legacy] = legacyTables(saved, family)
      assert.deepEqual(legacy && { ...legacy, calls: 0 }, table && { ...table, calls: 0 })
      if (legacy) assert.deepEqual(asNftWords(legacy, setByUfw(legacy, settings), saved), goes)
    })
  }

  test('what is no name of a chain never reaches nft', () => {
    const rule = (chain: string, handle: unknown, to: string) => ({
      rule: { family: 'ip', table: 'filter', chain, handle, expr: [{ jump: { target: to } }] },
    })
    const chain = (name: string) => ({ chain: { family: 'ip', table: 'filter', name } })
    const objects = [
      ...['ufw-a; flush ruleset', 'ufw-b}', 'ufw-ok'].map(chain),
      rule('INPUT; flush ruleset', 1, 'ufw-ok'),
      rule('INPUT', '2; flush ruleset', 'ufw-ok'),
    ]
    const [table] = oldNftTables(objects)
    assert.deepEqual(printTakeOut(table!), ['flush chain ip filter ufw-ok', 'delete chain ip filter ufw-ok'])
  })
})

/** Handles are counted: the first rule of each table is 1. */
function asNft(saved: string, family: 4 | 6): NftObject[] {
  const head = { family: family === 4 ? 'ip' : 'ip6', table: 'filter' }
  let handle = 0
  return saved.split('\n').flatMap((line): NftObject[] => {
    const [, name, policy] = /^:(\S+) (\S+)/.exec(line) ?? []
    if (name !== undefined) {
      const base =
        policy === '-' ? {} : { type: 'filter', hook: name.toLowerCase(), prio: 0, policy: policy!.toLowerCase() }
      return [{ chain: { ...head, name, ...base } }]
    }
    const [, chain, words] = /^-A (\S+) (.*)$/.exec(line) ?? []
    if (words === undefined) return []
    const [, kind, target] = / -([jg]) (\S+)$/.exec(` ${words}`)!
    const verdict = /^[A-Z]+$/.test(target!)
      ? { [target!.toLowerCase()]: null }
      : { [kind === 'j' ? 'jump' : 'goto']: { target } }
    const lo = /-[io] lo /.test(words) ? [{ match: { op: '==', left: { meta: { key: 'iifname' } }, right: 'lo' } }] : []
    handle += 1
    return [{ rule: { ...head, chain, handle, expr: [...lo, { counter: {} }, verdict] } }]
  })
}

/** The other back end's words, as the first one would say them. */
function asNftWords(table: OldTable, opened: ReturnType<typeof setByUfw>, saved: string): string[] {
  const rules = saved.split('\n').filter((line) => line.startsWith('-A '))
  const at = `ip${table.family === 6 ? '6' : ''} filter`
  const words = printLegacyTakeOut(table, opened).flatMap((line) => {
    const [verb, ...rest] = line.split(' ')
    if (verb === '-D') return [`delete rule ${at} ${rest[0]} handle ${rules.indexOf(`-A ${rest.join(' ')}`) + 1}`]
    if (verb === '-F') return [`flush chain ${at} ${rest[0]}`]
    return verb === '-X' ? [`delete chain ${at} ${rest[0]}`] : []
  })
  return [...words, ...opened.map((chain) => `add chain ${at} ${chain} { policy accept; }`)]
}
