/**
 * Random bytes for UFW's files → values, warnings or Faults, never another exception; what was read is written and read
 * again as it was. Run: `runtime/node fuzz/ufw.ts [SECONDS] [SEED]`; prints the seed, and what broke it.
 */
import assert from 'node:assert/strict'
import { assign, readAssignments } from '../src/config/ufw/assignments.ts'
import { bytesOfText } from '../src/config/ufw/bytes.ts'
import { finish } from '../src/config/ufw/exchange.ts'
import { ufwPaths } from '../src/config/ufw/paths.ts'
import { parseProfileFile } from '../src/config/ufw/profile-file.ts'
import { exchanged, exchangeList, readUfw } from '../src/config/ufw/read-ufw.ts'
import { replacementsOf } from '../src/config/ufw/replacements.ts'
import { parseTuple, printTuple } from '../src/config/ufw/tuple.ts'
import { printUserRules, readUserRules } from '../src/config/ufw/user-rules.ts'
import { parseWritten } from '../src/firewall/rules/written-address.ts'
import { fakeWorld } from '../src/world/fake.ts'
import { random } from './random.ts'
import { onlyFaults, rounds } from './rounds.ts'

const PIECES = [
  ...[
    '\n',
    '\n',
    '\r',
    ' ',
    ' ',
    '\t',
    '\u00a0',
    '\u2028',
    '\ufeff',
    '\u0000',
    '\x1b[2J',
    '\u00e9',
    '\xff',
    "'",
    '"',
    '\\',
  ],
  ...['=', ':', '/', ',', '|', '-', '_', '!', '#', ';', '[', ']', '%20', '%', '$(x)', '0', '1', '65536', '99999999999'],
  ...['### tuple ### ', '### tuple ###', '### RULES ###\n', '-A ufw-user-input -j ACCEPT\n', '*filter\n', 'COMMIT\n'],
  ...['allow ', 'deny_log ', 'route:limit_log-all ', 'reject ', 'foo ', 'tcp ', 'udp ', 'any ', 'esp ', 'TCP '],
  ...[
    '22 ',
    '80,443 ',
    '6000:6007 ',
    'ssh ',
    '0.0.0.0/0 ',
    '::/0 ',
    '10.0.0.1 ',
    '10.0.0.1/255.255.0.255 ',
    'fe80::1/64 ',
  ],
  ...[
    '::ffff:10.0.0.1',
    '1.2.3.4/33',
    '::5/0 ',
    'in',
    'out',
    'in_eth0',
    'out_eth1',
    'in_a!out_b',
    ' comment=6869',
    'comment=',
  ],
  ...['Nginx%20Full ', '- ', 'a_b.c+d '],
  ...[
    'IPV6=',
    'yes',
    'no',
    'ENABLED=',
    'LOGLEVEL=',
    'low',
    'DEFAULT_INPUT_POLICY=',
    '"DROP"',
    "'ACCEPT'",
    'reject',
    ' # why',
  ],
  ...['[Zapp]\n', '[DEFAULT]\n', 'title=T\n', 'description=D\n', 'ports=80\n', 'ports=80,443/tcp|53\n', '\n more'],
]

const TUPLE: readonly (readonly string[])[] = [
  ['allow', 'deny_log', 'route:limit_log-all', 'reject', 'x', ''],
  ['tcp', 'udp', 'any', 'esp', 'igmp', 'x'],
  ['any', '22', '80,443', '443,80', '1:5', 'ssh', '022', '0'],
  ['0.0.0.0/0', '::/0', 'any', '10.0.0.1/8', '10.0.0.1/255.0.255.0', 'fe80::1/64', '::1.2.3.4', '::5/0', '1.2.3'],
  ['any', '1', '1:65535', '5,6'],
  ['0.0.0.0/0', '::/0', 'any', '0.0.0.0', '192.0.2.0/024', '2001:DB8::', '::/128'],
]
const ENDS = [
  '',
  ' in',
  ' out',
  ' in_eth0',
  ' in_a!out_b',
  ' Nginx%20Full - in',
  ' - x out_b',
  ' in comment=6869',
  ' comment=ff',
]

/** One round with its own seed. @throws AssertionError, or whatever broke out */
export function fuzzUfw(seed: number): void {
  const next = random(seed)
  const one = <T>(items: readonly T[]): T => items[Math.floor(next() * items.length)]!
  const text = () => Array.from({ length: Math.floor(next() * 60) }, () => one(PIECES)).join('')
  tuples(TUPLE.map(one).join(' ') + one(ENDS))
  tuples(text())
  addresses(text())
  assignments(text())
  files(text, next)
  parseProfileFile(text())
}

function tuples(tuple: string): void {
  for (const family of [4, 6] as const) {
    const rule = parseTuple(tuple, family, services)
    if (typeof rule === 'string') continue
    const printed = printTuple(rule)
    assert.deepEqual(
      parseTuple(printed, family, services),
      rule,
      `parse(print(rule)) differs: ${JSON.stringify(tuple)}`,
    )
    // Nothing of a file reaches what iptables-restore reads but words that were checked.
    const whole = printUserRules({ rules: [rule], logging: 'low', policies: POLICIES }, family)
    const [, lines = ''] = whole.split('### RULES ###')
    assert.match(lines, /^[\w\s.,:/+=%@!"'[\]#-]*$/, JSON.stringify(tuple))
    assert.deepEqual(readUserRules(whole, family, services), { rules: [rule], warnings: [] })
  }
}

function addresses(text: string): void {
  const address = parseWritten(text.trim())
  if (address) assert.equal(address.end.network?.family ?? address.family, address.family)
}

function assignments(text: string): void {
  const changed = assign(text, 'IPV6', 'yes')
  assert.equal(assign(changed, 'IPV6', 'yes'), changed)
  const { size } = readAssignments(text)
  assert.ok(readAssignments(changed).size >= size)
}

function files(text: () => string, next: () => number): void {
  const paths = ufwPaths()
  const world = fakeWorld()
  const list = exchangeList(paths)
  const some = [...exchanged(paths), paths.services, `${paths.profiles}/a`, `${paths.profiles}/b~`, list]
  for (const path of some)
    if (next() < 0.8) world.put(path, next() < 0.5 ? text() : bytesOfText(text().replace(/[^\0-\xff]/g, '')))
  const good = 'IPV6=yes\nDEFAULT_INPUT_POLICY="DROP"\nDEFAULT_OUTPUT_POLICY="DROP"\nDEFAULT_FORWARD_POLICY="DROP"\n'
  if (next() < 0.8) world.put(paths.defaults, text() + good)
  onlyFaults(() => {
    finish(world.files, list, exchanged(paths))
    assert.equal(world.files.stat(list), undefined)
    const read = readUfw(world, paths)
    for (const warning of read.warnings) assert.doesNotMatch(warning, /[\x00-\x09\x0b-\x1f\x7f-\x9f]/)
    const changed = { ...read.state, enabled: !read.state.enabled, logging: 'full' as const }
    for (const { path, content, mode } of replacementsOf(world.files, paths, read, changed, [])) {
      world.files.create(path, content, mode)
    }
    assert.deepEqual(readUfw(world, paths).state, changed)
  })
}

const POLICIES = { in: 'drop', out: 'accept', forward: 'drop' } as const
const services = (name: string) => ({ ssh: 22 })[name]

if (import.meta.main) rounds(fuzzUfw)
