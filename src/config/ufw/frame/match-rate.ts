/** Matches that count: limit, hashlimit, connlimit, statistic, quota. Source: iptables-extensions(8). */
import { printRate, type Rate, readNumber, readRate } from './numbers.ts'
import { type Given, type Module, options, type Scope, unequal } from './option.ts'

const limit: Module = {
  options: options('limit RATE', 'limit-burst NUMBER'),
  compile: (given) => {
    const text = given.value('limit') ?? '3/hour'
    const rate = readRate(text)
    if (!rate) throw given.bad('limit', 'is no rate', 'write 3/minute; at most 10000/second')
    return [printRate(rate, burst(given, 'limit-burst'))]
  },
}

const hashlimit: Module = {
  options: options(
    '!hashlimit-upto|hashlimit RATE',
    '!hashlimit-above RATE',
    'hashlimit-burst NUMBER',
    'hashlimit-mode KEYS',
    'hashlimit-srcmask LENGTH',
    'hashlimit-dstmask LENGTH',
    'hashlimit-name NAME',
    'hashlimit-htable-size NUMBER',
    'hashlimit-htable-max NUMBER',
    'hashlimit-htable-expire MS',
    'hashlimit-htable-gcinterval MS',
    'hashlimit-rate-match',
    'hashlimit-rate-interval SECONDS',
  ),
  compile: (given, scope) => {
    given.refuse('hashlimit-rate-match', 'hashlimit-rate-interval')
    const isOver = given.has('hashlimit-above')
    const option = isOver ? given.get('hashlimit-above')! : given.must('hashlimit-upto')
    const rate = readRate(option.values[0]!)
    if (!rate) throw given.bad(isOver ? 'hashlimit-above' : 'hashlimit-upto', 'is no rate of packets', 'write 3/minute')
    given.must('hashlimit-name')
    const over = isOver !== option.not ? 'over ' : ''
    const statement = printRate(rate, burst(given, 'hashlimit-burst'), over)
    const keys = hashKeys(given, scope)
    if (keys.length === 0) return [statement]
    const body = setBody(keys, keepFor(given, rate))
    // Rules that share a name share their counts, where they ask alike.
    const key = keys.map((each) => each.key).join(' . ')
    const set = scope.memory.set(
      `hashlimit${scope.family}`,
      `${given.value('hashlimit-name')} ${key} ${statement}`,
      body,
    )
    return [`update @${set} { ${key} ${statement} }`]
  },
}

const connlimit: Module = {
  options: options(
    '!connlimit-upto NUMBER',
    '!connlimit-above NUMBER',
    'connlimit-mask LENGTH',
    'connlimit-saddr',
    'connlimit-daddr',
  ),
  compile: (given, scope) => {
    const isUpto = given.has('connlimit-upto')
    const name = isUpto ? 'connlimit-upto' : 'connlimit-above'
    const { values, not } = given.must(name)
    const count = readNumber(values[0]!, 0xffffffff)
    if (count === undefined) throw given.bad(name, 'is no number of connections')
    const statement = `ct count ${isUpto === not ? 'over ' : ''}${count}`
    const key = addressKey(scope, given.has('connlimit-daddr') ? 'daddr' : 'saddr', given.value('connlimit-mask'))
    if (key === undefined) throw given.bad('connlimit-mask', 'is no length of a prefix')
    if (key === '') return [statement]
    const set = scope.memory.set('connlimit', undefined, `type ipv${scope.family}_addr; size 65535; flags dynamic;`)
    return [`add @${set} { ${key} ${statement} }`]
  },
}

const statistic: Module = {
  options: options('mode MODE', '!probability P', '!every NUMBER', 'packet NUMBER'),
  compile: (given) => {
    const mode = given.must('mode').values[0]!
    if (mode === 'random') return [random(given)]
    if (mode !== 'nth') throw given.bad('mode', 'is neither random nor nth')
    const { values, not } = given.must('every')
    const every = readNumber(values[0]!, 0xffffffff)
    const packet = readNumber(given.value('packet') ?? '0', 0xffffffff)
    if (!every || packet === undefined || packet >= every)
      throw given.bad('every', 'is no number above that of --packet')
    return [`numgen inc mod ${every} ${unequal(not)}${packet}`]
  },
}

const quota: Module = {
  options: options('!quota BYTES'),
  compile: (given) => {
    const { values, not } = given.must('quota')
    if (!/^\d{1,18}$/.test(values[0]!)) throw given.bad('quota', 'is no number of bytes')
    return [`quota ${not ? 'over ' : ''}${values[0]!.replace(/^0+(?=\d)/, '')} bytes`]
  },
}

export const RATE: ReadonlyMap<string, Module> = new Map([
  ['limit', limit],
  ['hashlimit', hashlimit],
  ['connlimit', connlimit],
  ['statistic', statistic],
  ['quota', quota],
])

/** Source: iptables-extensions(8): 5 where nothing is said. */
function burst(given: Given, name: string): number {
  const text = given.value(name)
  if (text === undefined) return 5
  const number = readNumber(text, 10_000)
  if (number === undefined) throw given.bad(name, 'is no number up to 10000')
  return number === 0 ? 5 : number
}

interface Key {
  readonly type: string
  readonly key: string
}

function hashKeys(given: Given, scope: Scope): Key[] {
  const words = given.value('hashlimit-mode')?.split(',') ?? []
  return words.flatMap((word) => {
    switch (word) {
      case 'srcip':
        return hashAddress(given, scope, 'saddr', 'hashlimit-srcmask')
      case 'dstip':
        return hashAddress(given, scope, 'daddr', 'hashlimit-dstmask')
      case 'srcport':
        return { type: 'inet_service', key: 'th sport' }
      case 'dstport':
        return { type: 'inet_service', key: 'th dport' }
      default:
        throw given.bad('hashlimit-mode', 'is no list of srcip, dstip, srcport, dstport')
    }
  })
}

function hashAddress(given: Given, scope: Scope, field: 'saddr' | 'daddr', mask: string): Key[] {
  const key = addressKey(scope, field, given.value(mask))
  if (key === undefined) throw given.bad(mask, 'is no length of a prefix')
  return key === '' ? [] : [{ type: `ipv${scope.family}_addr`, key }]
}

/** The packet's address, its last bits off; empty where nothing is left of it. @param length as the line has it */
export function addressKey(
  scope: Pick<Scope, 'family'>,
  field: 'saddr' | 'daddr',
  length: string | undefined,
): string | undefined {
  const bits = scope.family === 4 ? 32 : 128
  const prefix = length === undefined ? bits : readNumber(length, bits)
  if (prefix === undefined) return undefined
  if (prefix === 0) return ''
  const address = `${scope.family === 4 ? 'ip' : 'ip6'} ${field}`
  return prefix === bits ? address : `${address} & ${prefixMask(scope.family, prefix)}`
}

function prefixMask(family: 4 | 6, prefix: number): string {
  const size = family === 4 ? 8 : 16
  const groups = Array.from({ length: family === 4 ? 4 : 8 }, (_, index) => {
    const ones = Math.max(0, Math.min(size, prefix - index * size))
    return (2 ** size - 1) ^ (2 ** (size - ones) - 1)
  })
  return family === 4 ? groups.join('.') : groups.map((group) => group.toString(16)).join(':')
}

function setBody(keys: readonly Key[], seconds: number): string {
  return `type ${keys.map(({ type }) => type).join(' . ')}; size 65535; flags dynamic,timeout; timeout ${seconds}s;`
}

/** As long as a count could still decide: until all of the burst is there again; or as the line says. */
function keepFor(given: Given, rate: Rate): number {
  const expire = given.value('hashlimit-htable-expire')
  if (expire !== undefined) {
    const ms = readNumber(expire, 0xffffffff)
    if (!ms) throw given.bad('hashlimit-htable-expire', 'is no number of milliseconds')
    return Math.max(1, Math.ceil(ms / 1000))
  }
  return Math.max(10, Math.ceil((burst(given, 'hashlimit-burst') * rate.seconds) / rate.count) + 1)
}

/** Of 2^31, as the kernel draws. Source: xt_statistic. */
function random(given: Given): string {
  const { values, not } = given.must('probability')
  const share = /^(\d+(\.\d*)?|\.\d+)$/.test(values[0]!) ? Number(values[0]) : Number.NaN
  if (!(share >= 0 && share <= 1)) throw given.bad('probability', 'is no number from 0 to 1')
  const of = 0x80000000
  const below = Math.min(of - 1, Math.round(share * of))
  return `numgen random mod ${of} ${not ? '>=' : '<'} ${below}`
}
