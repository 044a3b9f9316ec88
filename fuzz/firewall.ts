/**
 * What the firewall half reads beside UFW's own files, good texts broken: plan files, what was kept of earlier states, sysctl
 * settings, services, profiles, the kernel's tables of sockets and routes, what nft prints. A value or a Fault, and no hang.
 * Run: `runtime/node fuzz/firewall.ts [SECONDS] [SEED]`; prints the seed that broke it.
 */
import assert from 'node:assert/strict'
import { parseAddress } from '../src/base/address.ts'
import { wantedLines } from '../src/cli/rampart/firewall/print-wanted.ts'
import { readWanted } from '../src/cli/rampart/firewall/read-wanted.ts'
import { targetIn } from '../src/cli/rampart/published-ports.ts'
import { interfaceTo } from '../src/cli/ufw/interface-to.ts'
import { readSettings } from '../src/cli/ufw/kernel-settings.ts'
import { ownConnections } from '../src/cli/ufw/own-connections.ts'
import { readPending, recordPath, writePending } from '../src/cli/ufw/pending.ts'
import { printRules } from '../src/cli/ufw/show-rules.ts'
import { readSocketTable } from '../src/cli/ufw/socket-table.ts'
import { withoutChange } from '../src/cli/ufw/without-change.ts'
import { listGenerations, readGeneration } from '../src/config/ufw/generations.ts'
import { keptState, stateOf } from '../src/config/ufw/kept-state.ts'
import { isFrame, loadedFrame } from '../src/config/ufw/loaded-frame.ts'
import { ufwPaths } from '../src/config/ufw/paths.ts'
import { parseProfileFile } from '../src/config/ufw/profile-file.ts'
import { readServices } from '../src/config/ufw/services.ts'
import type { UfwState } from '../src/config/ufw/state.ts'
import { STOCK_STATE } from '../src/config/ufw/stock.ts'
import { printTuple } from '../src/config/ufw/tuple.ts'
import { parseListed } from '../src/firewall/listed.ts'
import { parseNftObjects } from '../src/firewall/nft-json.ts'
import { fakeWorld } from '../src/world/fake.ts'
import { randomRule } from '../test/config/ufw/random-rules.ts'
import { mutated } from './mutated.ts'
import { random } from './random.ts'
import { onlyFaults, rounds } from './rounds.ts'

const NASTY = [
  ...[
    '',
    ' ',
    '\n',
    '\r\n',
    '\t',
    '\0',
    '\x1b[2J',
    '\u2028',
    '\ufeff',
    '\ud800',
    '"',
    "'",
    '\\',
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '/',
  ],
  ...[
    '0',
    '-1',
    '1e999',
    '99999999999999999999',
    '4294967296',
    '65536',
    'null',
    'true',
    '[]',
    '{}',
    '__proto__',
    'constructor',
  ],
  ...[
    '0.0.0.0/0',
    '::/0',
    '10.0.0.1',
    '::ffff:1.2.3.4',
    'ffffffff',
    '0000000000000000000000000000000g',
    '%',
    '*',
    '..',
    '../..',
    '=',
    '#',
    '@',
  ],
  ...[
    'allow',
    'deny',
    'tuple 4 ',
    'tuple 6 ',
    'limit 2/1s',
    'list:x',
    'insert 1 ',
    'comment',
    'default',
    'app',
    '--',
    'dnat to ',
    'elements = {',
  ],
]

const SYSCTL =
  'net/ipv4/tcp_syncookies=0\n# why\n-net.ipv4.conf.all.rp_filter = 1\nnet.ipv4.conf.eth0/100.rp_filter=2\nnet/ipv4/conf/*/log_martians=0\n'
const SERVICES = 'ssh\t\t22/tcp\t\t\t# SSH\ndomain 53/tcp\ndomain 53/udp\nhttp 80/tcp www # web\ntftp 69/udp\n'
const PROFILE =
  '[Nginx Full]\ntitle=Web Server\ndescription=Small,\n but quick\nports=80,443/tcp|53\n\n[DEFAULT]\ntitle: x\n'
const TCP =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n' +
  '   0: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 11 1 0 100 0 0 10 0\n' +
  '   1: 0100007F:0016 0200007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 12 1 0 20 4 30 10 -1\n'
const ROUTES =
  'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\nc0\t00000000\t0100000A\t0003\t0\t0\t0\t00000000\t0\t0\t0\n'
const NFT =
  'table ip nat {\n\tchain DOCKER {\n\t\tiifname != "docker0" ip daddr 10.1.1.1 tcp dport 8080 counter packets 0 bytes 0 dnat to 172.17.0.2:80\n\t}\n}\ntable inet rampart {\n\tchain filter4-ufw-user-input {\n\t\ttcp dport 22 jump rules-1 comment "x"\n\t}\n\n\tset sources-1 {\n\t\ttype ipv4_addr\n\t\telements = { 192.0.2.1 timeout 1d expires 23h59m49s568ms, 192.0.2.0/24 }\n\t}\n}\n'
const NFT_JSON =
  '{"nftables": [{"metainfo": {"version": "1.0.6"}}, {"chain": {"family": "inet", "table": "rampart", "name": "input", "handle": 1}}, {"rule": {"family": "inet", "table": "rampart", "chain": "input", "expr": [{"counter": {"packets": 1, "bytes": 2}}]}}]}'
const FRAME =
  '{"chains":[{"family":4,"table":"filter","name":"INPUT","rules":["jump x"]}],"sets":[{"name":"frame1","body":"type ipv4_addr;"}]}'

const SLOWEST_MS = 10_000
/** Longer than any of it. */
const MOST_CHARS = 1_000_000

/** One round with its own seed. @throws AssertionError, or whatever broke out */
export function fuzzFirewall(seed: number): void {
  const next = random(seed)
  const broken = (text: string) => mutated(text, next, NASTY).slice(0, MOST_CHARS)
  const state = randomState(next)
  for (const [name, act] of TARGETS) {
    const begun = performance.now()
    onlyFaults(() => act(broken, state))
    const took = performance.now() - begun
    assert.ok(took < SLOWEST_MS, `${name} takes ${took} ms`)
  }
}

type Broken = (text: string) => string
const PATHS = ufwPaths()

const TARGETS: readonly (readonly [name: string, act: (broken: Broken, state: UfwState) => void])[] = [
  ['a plan file', (broken, state) => planFile(broken, state)],
  ['a kept state', (broken, state) => void stateOf(JSON.parse(jsonOr(broken(JSON.stringify(keptState(state))))))],
  ['generations', generations],
  ['what waits to be confirmed', pending],
  ['the frame that was loaded', (broken) => frame(broken(FRAME))],
  ['sysctl.conf', (broken) => sysctl(broken(SYSCTL))],
  ['services', (broken) => services(broken(SERVICES))],
  ['a profile', (broken) => void parseProfileFile(broken(PROFILE))],
  ['sockets and routes', sockets],
  ['what nft prints', (broken) => nft(broken(NFT))],
  ['what nft prints for programs', (broken) => void parseNftObjects(broken(NFT_JSON))],
]

/** Rules as sentences make them, and lines as an export has them. */
function planFile(broken: Broken, state: UfwState): void {
  const ufw = {
    state,
    services: (name: string) => (name === 'ssh' ? { port: 22, protocol: 'tcp' as const } : undefined),
    profiles: new Map(),
  }
  const lines = wantedLines(ufw)
  // Whole, it says what there is.
  const same = readWanted(lines.join('\n'), 'file', ufw)
  assert.deepEqual(same.faults, [])
  assert.deepEqual(tuplesOf(same.state), tuplesOf(state))
  const { state: next, faults, warnings } = readWanted(broken(lines.join('\n')), 'file', ufw)
  for (const { at } of [...faults, ...warnings]) assert.ok(at?.line)
  if (faults.length > 0) return
  for (const line of wantedLines({ ...ufw, state: next })) assert.doesNotMatch(line, /[\0-\x1f\x7f-\x9f]/)
  assert.deepEqual(
    tuplesOf(readWanted(wantedLines({ ...ufw, state: next }).join('\n'), 'file', { ...ufw, state: next }).state),
    tuplesOf(next),
  )
}

function tuplesOf({ rules }: UfwState): string[] {
  return rules.map((rule) => `${rule.family} ${printTuple(rule)}`)
}

/** For what is looked at behind JSON. */
function jsonOr(text: string): string {
  try {
    JSON.parse(text)
    return text
  } catch {
    return '{"rules":null}'
  }
}

function generations(broken: Broken, state: UfwState): void {
  const world = fakeWorld()
  const entry = { number: 3, at: 5, enabled: true, rules: 2, identity: 'x', bytes: 100, command: 'ufw enable' }
  world.put(`${PATHS.history}/generations.json`, broken(JSON.stringify([entry])))
  world.put(
    `${PATHS.history}/3.json`,
    broken(JSON.stringify({ state: keptState(state), frames: [[PATHS.beforeRules[4], '*filter\nCOMMIT\n']] })),
  )
  for (const one of listGenerations(world.files, PATHS).generations) assert.equal(typeof one.number, 'number')
  const { frames } = readGeneration(world.files, PATHS, 3)
  for (const path of frames.keys()) assert.match(path, /^\/etc\/ufw\/(before|after)6?\.rules$/)
}

function pending(broken: Broken, state: UfwState): void {
  const world = fakeWorld()
  const path = recordPath(PATHS)
  const states = { before: keptState(STOCK_STATE), after: keptState(state) }
  writePending(world.files, path, {
    ...states,
    waiting: [{ id: '1', due: 5 }],
    boot: 'b',
    files: [],
    frame: JSON.parse(FRAME),
  })
  assert.ok(readPending(world.files, path))
  world.put(path, broken(world.files.text(path)))
  const found = readPending(world.files, path)
  if (found) withoutChange({ before: stateOf(found.before), after: stateOf(found.after) }, state)
}

function frame(text: string): void {
  const world = fakeWorld()
  world.put('/run/rampart/ufw-frame.json', text)
  const found = loadedFrame(world.files, PATHS)
  assert.ok(found === undefined || isFrame(found))
}

/** No name leads out of the kernel's settings. */
function sysctl(text: string): void {
  for (const [name, value] of readSettings(text)) {
    assert.doesNotMatch(`/${name}/`, /\/\.{0,2}\/|\0/)
    assert.doesNotMatch(value, /\n/)
  }
}

function services(text: string): void {
  const world = fakeWorld()
  world.put('/etc/services', text)
  const known = readServices(world, '/etc/services')
  for (const name of ['ssh', 'domain', 'www', '__proto__', '']) {
    const port = known(name)?.port
    assert.ok(port === undefined || (Number.isInteger(port) && port >= 0 && port <= 65535))
  }
}

function sockets(broken: Broken): void {
  const world = fakeWorld()
  for (const table of ['tcp', 'tcp6']) world.put(`/proc/self/net/${table}`, broken(TCP))
  world.put('/proc/self/net/route', broken(ROUTES))
  world.put('/proc/5/status', broken('Name:\tsh\nPPid:\t4\n'))
  world.put('/proc/5/environ', broken('A=b\0SSH_CONNECTION=127.0.0.2 50000 127.0.0.1 22\0'))
  world.put('/proc/5/stat', broken('5 (sh) S 4 5 5 34816 5 4194304 1\n'))
  for (const { near } of readSocketTable(world.files, 'tcp')) assert.ok(near.port <= 65535)
  ownConnections(world.files, 5, true)
  interfaceTo(world.files, ADDRESS)
}

const ADDRESS = parseAddress('10.1.1.1')!

function nft(text: string): void {
  const packet = { path: 'in', protocol: 'tcp', from: ADDRESS, fromPort: undefined, to: ADDRESS, toPort: 8080 } as const
  const target = targetIn(text, { ...packet, inInterface: 'eth0', outInterface: undefined })
  assert.ok(target === undefined || target.to.family === 4)
  assert.doesNotMatch(printRules(text, 'user-rules', true), /[\0-\x08\x0b-\x1f\x7f-\x9f]/)
  for (const { until } of parseListed(text, { name: 'x', family: 4, prefix: 32 } as never, 0))
    assert.ok(until === undefined || !Number.isNaN(until))
}

function randomState(next: () => number): UfwState {
  const one = <T>(of: readonly T[]): T => of[Math.floor(next() * of.length)]!
  const policy = () => one(['accept', 'drop', 'reject'] as const)
  const rules = ([4, 6] as const).flatMap((family) =>
    Array.from({ length: Math.floor(next() * 6) }, () => randomRule(family, next)),
  )
  return {
    ...{ enabled: next() < 0.5, ipv6: true, logging: one(['off', 'low', 'full'] as const), rules },
    policies: { in: policy(), out: policy(), forward: policy() },
    profilePolicy: one(['skip', 'accept'] as const),
  }
}

if (import.meta.main) rounds(fuzzFirewall)
