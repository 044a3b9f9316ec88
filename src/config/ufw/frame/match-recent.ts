/**
 * The match `recent`: lists of addresses that were seen, and when. As xt_recent has it: `--set` remembers this packet,
 * `--rcheck` asks, `--update` asks and remembers where the answer is yes, `--remove` forgets.
 *
 * "Ever", or once in so many seconds, is one set whose elements go when their time is over. Many times in so many seconds
 * is a ring of as many sets, each with the last packet that came to its place: all of them hold the address exactly if its
 * last so many packets fell within the time. Who is next in the ring, a second row of sets says; who is in none is at 0.
 * Source: iptables-extensions(8); xt_recent, asked in packets (test/config/ufw/frame/recent.test.ts).
 */
import { parseAddress, width } from '../../../base/address.ts'
import { NEVER } from './match-packet.ts'
import { addressKey } from './match-rate.ts'
import { readNumber } from './numbers.ts'
import { type Given, type Module, type Option, options, type Piece, type RecentQuestion, type Scope } from './option.ts'

export const recent: Module = {
  options: options(
    '!set',
    '!rcheck',
    'update',
    'remove',
    'seconds SECONDS',
    'reap',
    'hitcount NUMBER',
    'rttl',
    'name NAME',
    'rsource',
    'rdest',
    'mask MASK',
  ),
  compile: (given, scope) => {
    given.refuse('rttl')
    const { verb, not } = recentVerb(given)
    const list = listOf(given, scope)
    switch (verb) {
      case 'set':
        // `! --set` remembers, too, and then does not match.
        return [...list.remember, ...(not ? [NEVER] : [])]
      case 'rcheck': {
        const isSeen = list.isSeen(questionOf(given)).join(' ')
        return [not ? { unless: isSeen } : isSeen]
      }
      case 'update':
        return [list.isSeen(questionOf(given)).join(' '), ...list.remember]
      case 'remove':
        return [list.isSeen(EVER).join(' '), ...list.forget]
      default:
        return verb satisfies never
    }
  },
}

const EVER: RecentQuestion = { seconds: undefined, hits: 1 }

const VERBS = ['set', 'rcheck', 'update', 'remove'] as const

/** @throws Fault `frame.missing-option`, `frame.bad-value` */
function recentVerb(given: Given): Option & { readonly verb: (typeof VERBS)[number] } {
  const [verb, second] = VERBS.filter((name) => given.has(name))
  if (second) throw given.bad(second, `cannot stand beside --${verb}`)
  return { verb: verb ?? 'set', ...given.must(verb ?? 'set') }
}

/** What a rule's `recent` asks, for the list to be able to answer; undefined where it asks nothing. */
export function recentQuestion(given: Given): { readonly list: string; readonly question: RecentQuestion } | undefined {
  const { verb } = recentVerb(given)
  const list = listName(given)
  if (verb === 'set') return undefined
  if (verb === 'remove') return { list, question: EVER }
  return { list, question: questionOf(given) }
}

/** Rules of this name, side and mask share a list. */
function listName(given: Given): string {
  const name = given.value('name') ?? 'DEFAULT'
  if (!/^[^\s/]{1,200}$/u.test(name)) throw given.bad('name', 'is no name of a list')
  return `${name} ${given.has('rdest') ? 'daddr' : 'saddr'} ${given.value('mask') ?? ''}`
}

/** Source: xt_recent: the kernel remembers 255 packets of an address at most. */
const MAX_HITS = 255

function questionOf(given: Given): RecentQuestion {
  const [seconds, hits] = (['seconds', 'hitcount'] as const).map((name) => {
    const text = given.value(name)
    const number = text === undefined ? undefined : readNumber(text, name === 'hitcount' ? MAX_HITS : 0x7fffffff)
    if (text !== undefined && !number) throw given.bad(name, 'is no number that can be kept')
    return number
  })
  return { seconds, hits: hits ?? 1 }
}

interface List {
  /** All of them are so. */
  readonly isSeen: (question: RecentQuestion) => readonly string[]
  readonly remember: readonly Piece[]
  readonly forget: readonly Piece[]
}

function listOf(given: Given, scope: Scope): List {
  const name = listName(given)
  const key = keyOf(given, scope)
  const rings = distinct(scope.memory.questions(name)).map((question) => ringOf(name, question, key, scope))
  return {
    isSeen: ({ seconds, hits }) => rings.find((one) => one.seconds === seconds && one.hits === hits)!.isFull,
    // Each ring in a chain of its own: who has found its place there returns.
    remember: rings.map(({ remember }) => ({ call: remember })),
    forget: rings.map(({ forget }) => ({ call: forget })),
  }
}

function keyOf(given: Given, scope: Scope): string {
  const mask = given.value('mask')
  const length = mask === undefined ? undefined : prefixOf(mask, scope.family)
  const key =
    mask !== undefined && length === undefined
      ? undefined
      : addressKey(scope, given.has('rdest') ? 'daddr' : 'saddr', length)
  if (!key) throw given.bad('mask', 'is no mask of a network')
  return key
}

function distinct(questions: readonly RecentQuestion[]): RecentQuestion[] {
  return [...new Map(questions.map((question) => [`${question.seconds} ${question.hits}`, question])).values()]
}

interface Ring extends RecentQuestion {
  readonly isFull: readonly string[]
  readonly remember: readonly string[]
  readonly forget: readonly string[]
}

function ringOf(name: string, { seconds, hits }: RecentQuestion, key: string, scope: Scope): Ring {
  const set = (kind: string, place: number, time: number | undefined) =>
    scope.memory.set(
      `recent${scope.family}`,
      `${name} ${seconds} ${hits} ${kind} ${place}`,
      `type ipv${scope.family}_addr; size 65535; flags dynamic${time === undefined ? '' : `,timeout; timeout ${time}s`};`,
    )
  const seen = Array.from({ length: hits }, (_, place) => set('seen', place, seconds))
  // Kept for longer than the places themselves: when all of those are free, any may be the first.
  const next = seen.map((_, place) =>
    place === 0 ? '' : set('next', place, seconds === undefined ? undefined : seconds + 1),
  )
  const put = (place: number) => {
    const after = place + 1 < hits ? [`update @${next[place + 1]} { ${key} }`] : []
    const here = place === 0 ? [] : [`delete @${next[place]} { ${key} }`]
    return [`update @${seen[place]} { ${key} }`, ...here, ...after].join(' ')
  }
  return {
    seconds,
    hits,
    isFull: seen.map((each) => `${key} @${each}`),
    remember: [...seen.slice(1).map((_, index) => `${key} @${next[index + 1]} ${put(index + 1)} return`), put(0)],
    forget: [...seen, ...next.slice(1)].map((each) => `delete @${each} { ${key} }`),
  }
}

/** `255.255.255.0` or `ffff:ffff::`: the length of its prefix, as text. */
function prefixOf(mask: string, family: 4 | 6): string | undefined {
  const bits = parseAddress(mask)
  if (bits?.family !== family) return undefined
  const ones = bits.bits.toString(2).padStart(width(family), '0').replace(/0+$/, '')
  return ones.includes('0') ? undefined : `${ones.length}`
}
