/** Commands as people and scripts say them to ufw, good ones and bad ones. */

export interface Said {
  readonly words: readonly string[]
  /** What is typed where it asks. */
  readonly input: string
}

/** One after another on the same host, often with the firewall on; they delete and change what was added before. */
export function randomCommands(count: number, next: () => number): readonly Said[] {
  const added: (readonly string[])[] = []
  const isOn = next() < 0.4
  return Array.from({ length: count }, (_, index) => {
    if (isOn && index === 3) return { words: ['--force', 'enable'], input: '' }
    const words = one(KINDS, next)(next, added)
    const isBroken = next() < 0.12
    return { words: isBroken ? broken(words, next) : words, input: next() < 0.7 ? 'y\n' : 'n\n' }
  })
}

type Kind = (next: () => number, added: (readonly string[])[]) => readonly string[]

const add: Kind = (next, added) => {
  const rule = randomRule(next)
  added.push(rule)
  const isRoute = rule[0] === 'route'
  const place = one([[], [], [], [], ['prepend'], ['insert', String(Math.floor(next() * 5))]], next)
  return isRoute ? ['route', ...place, ...rule.slice(1)] : [...place, ...rule]
}

const again: Kind = (next, added) => {
  const rule = added.length === 0 ? randomRule(next) : one(added, next)
  if (next() < 0.6) return rule[0] === 'route' ? ['route', 'delete', ...rule.slice(1)] : ['delete', ...rule]
  const action = one(ACTIONS, next)
  return rule.map((word) => (ACTIONS.includes(word) ? action : word))
}

const number: Kind = (next) => [...(next() < 0.5 ? ['--force'] : []), 'delete', String(Math.floor(next() * 8))]

const look: Kind = (next) => one(LOOKS, next)

const set: Kind = (next) => one(SETTINGS, next)

const KINDS: readonly Kind[] = [...Array<Kind>(9).fill(add), again, again, again, number, look, look, look, set, set]

const LOOKS = [
  ...['status', 'status', 'status verbose', 'status numbered', 'status numbered', 'show added', 'show added'],
  ...['app list', 'app info One', 'app info all', 'app info Gone', 'show listening', '--dry-run status'],
].map((text) => text.split(' '))

const SETTINGS = [
  ...['enable', '--force enable', 'enable', 'disable', 'reload', '--force reset', 'reset'],
  ...['default deny', 'default allow outgoing', 'default reject incoming', 'default deny routed', 'default allow'],
  ...['logging on', 'logging off', 'logging low', 'logging full', 'logging medium', 'logging'],
  ...['app default skip', 'app default allow', 'app update One', 'app update all', 'app update --add-new One'],
  ...['app update --add-new One', 'default', 'default deny foo', '--dry-run reload', '--dry-run default reject'],
].map((text) => text.split(' '))

export function randomRule(next: () => number): readonly string[] {
  const isRoute = next() < 0.15
  const head = [...(isRoute ? ['route'] : []), one(ACTIONS, next)]
  const interfaces = isRoute ? routeInterfaces(next) : oneInterface(next)
  const log = next() < 0.12 ? [one(['log', 'log-all'], next)] : []
  const comment = next() < 0.12 ? ['comment', one(['web', 'two words', 'é "x" $(y)', "it's", ''], next)] : []
  const isSimple = interfaces.length < 2 && next() < 0.5
  const what = isSimple ? [simpleWord(next)] : clauses(next, interfaces.length > 1)
  return [...head, ...interfaces, ...log, ...what, ...comment]
}

function oneInterface(next: () => number): readonly string[] {
  const chance = next()
  if (chance < 0.65) return []
  const direction = one(['in', 'out'], next)
  return chance < 0.85 ? [direction] : [direction, 'on', one(INTERFACES, next)]
}

function routeInterfaces(next: () => number): readonly string[] {
  const clause = (direction: string) => (next() < 0.5 ? [direction, 'on', one(INTERFACES, next)] : [])
  return next() < 0.3 ? [] : [...clause('in'), ...clause('out')]
}

function simpleWord(next: () => number): string {
  if (next() < 0.2) return one(PROFILES, next)
  return `${one(PORTS, next)}${next() < 0.55 ? `/${one(['tcp', 'tcp', 'udp', 'udp', 'esp', 'icmp'], next)}` : ''}`
}

function clauses(next: () => number, mayBeNone: boolean): readonly string[] {
  const from = next() < 0.6 ? end('from', next) : []
  const to = next() < 0.6 ? end('to', next) : []
  const protocol = next() < 0.4 ? ['proto', one(PROTOCOLS, next)] : []
  const parts = next() < 0.3 ? [protocol, to, from] : [from, to, protocol]
  const words = parts.flat()
  return words.length > 0 || mayBeNone ? words : ['to', 'any']
}

function end(side: 'from' | 'to', next: () => number): readonly string[] {
  const chance = next()
  const rest = chance < 0.4 ? ['port', one(PORTS, next)] : chance < 0.5 ? ['app', one(PROFILES, next)] : []
  return [side, one(ADDRESSES, next), ...rest]
}

/** A word less, more, other, or in another place. */
function broken(words: readonly string[], next: () => number): readonly string[] {
  const at = Math.floor(next() * words.length)
  const chance = next()
  if (chance < 0.35) return words.toSpliced(at, 1)
  if (chance < 0.6) return words.toSpliced(at, 0, one(STRAY, next))
  if (chance < 0.85) return words.toSpliced(at, 1, one(STRAY, next))
  return words.toSpliced(at, 0, words[at]!)
}

function one<T>(of: readonly T[], next: () => number): T {
  return of[Math.floor(next() * of.length)]!
}

const ACTIONS: readonly string[] = ['allow', 'deny', 'reject', 'limit']
const INTERFACES = ['eth0', 'eth0', 'wlan0', 'br-1.2', 'eth+', 'eth0:1', '!eth0', 'averyveryverylong']
const PROFILES = ['One', 'one', 'Two Lists', 'Any', 'Gone']
const PROTOCOLS = ['tcp', 'tcp', 'udp', 'udp', 'any', 'esp', 'ah', 'gre', 'vrrp', 'ipv6', 'igmp', 'icmp', 'sctp']
const PORTS = [
  ...['22', '80', '443', '53', '8080', '1', '65535', '0', '65536', '022', '-1', 'ssh', 'http', 'domain', 'tftp', 'foo'],
  ...['80,443', '443,80', '6000:6007', '1:65535', '22,6000:6007,80', '7:6', '1,2,3,4,5,6,7,8,9,10,11,12,13,14,15'],
]
const ADDRESSES = [
  ...['any', 'any', '10.0.0.1', '10.0.0.0/8', '10.1.2.3/8', '192.168.0.0/255.255.0.0', '203.0.113.7/32', '0.0.0.0/0'],
  ...['2001:db8::1', '2001:db8::/32', '2001:DB8::1/64', '2001:db8:0::1', 'fe80::1', '::/0', '10.0.0', 'host', '::g'],
]
const STRAY = ['in', 'out', 'on', 'to', 'from', 'any', 'port', 'proto', 'app', 'comment', 'log', '22', 'tcp', 'x', '']
