/**
 * A Limiter: so many new connections of one source in so many seconds, as UFW's `limit` counts them with xt_recent: every
 * try is remembered, a refused one twice, and a try is refused while the last `hits - 1` that are remembered all fell within
 * the time. nft's own `limit` is a bucket that refills and would let one in every few seconds.
 *
 * The last tries stand in a ring of sets, one for each place. An element of a place goes when its time is over, so that
 * the source is refused while the oldest place still holds it. Which is the oldest, the sets `at1` ... say; who is in none
 * is at place 0.
 */
import { type Chain, type KernelSet, saddr } from './printed.ts'
import { addressText, type End, hash64, type Rule } from './rule.ts'

export interface Limiter {
  readonly name: string
  readonly family: 4 | 6
  /** This many tries within the time, and it is refused; at least 3. */
  readonly hits: number
  readonly seconds: number
  /** Sources that are remembered; what comes beyond them is not counted. */
  readonly sources: number
  /** The chain that refuses. */
  readonly refusal: string
}

/** UFW's own: the sixth within 30 seconds, one list for all rules. */
export function stockLimiter(family: 4 | 6, refusal: string, sources = 65_536): Limiter {
  return { name: `limit${family}`, family, hits: 6, seconds: 30, sources, refusal }
}

/** The limiters of a family's rules: the one that they share, and those that are one rule's own. */
export function limitersOf(rules: readonly Rule[], family: 4 | 6, refusal: string, sources?: number): Limiter[] {
  const stock = stockLimiter(family, refusal, sources)
  const limiters = rules
    .filter((rule) => rule.family === family && rule.action === 'limit')
    .map((rule): Limiter => {
      if (!rule.rate) return stock
      const { connections, seconds } = rule.rate
      return { ...stock, name: limiterName(rule), hits: connections + 1, seconds }
    })
  return [...new Map(limiters.map((limiter) => [limiter.name, limiter])).values()]
}

/** The chain that a rule's new connections go through. Another rate is another list, and begins anew. */
export function limiterName(rule: Rule): string {
  const { family, rate, path, inInterface = '', outInterface = '', protocol, from, to } = rule
  const name = `limit${family}`
  if (!rate) return name
  const end = (one: End) => `${addressText(one, family)} ${one.ports} ${one.profile ?? ''}`
  const about = [rate.connections, rate.seconds, path, inInterface, outInterface, protocol, end(from), end(to)]
  // Of 64 bits: two rules of one name would share a list.
  return `${name}-own${hash64(about.join('\n')).toString(16).padStart(16, '0')}`
}

/** Who jumps to the chain of its name comes back unless he is refused. */
export function printLimiter(limiter: Limiter): {
  readonly sets: readonly KernelSet[]
  readonly chains: readonly Chain[]
} {
  const { name } = limiter
  const places = Array.from({ length: limiter.hits - 1 }, (_, place) => place)
  const dispatch = places.slice(1).map((place) => `${saddr(limiter.family)} @${name}-at${place} goto ${name}-${place}`)
  return {
    sets: places.flatMap((place) => {
      const set = (kind: string, seconds: number) => ({
        name: `${name}-${kind}${place}`,
        body: setBody(limiter, seconds),
      })
      // Longer than the place that it points behind: at the same moment all places are free, and any may be the first.
      return place === 0
        ? [set('tried', limiter.seconds)]
        : [set('tried', limiter.seconds), set('at', limiter.seconds + 1)]
    }),
    chains: [
      { name, rules: [...dispatch, `goto ${name}-0`] },
      ...places.flatMap((place) => [printTry(limiter, place), printRefusal(limiter, place)]),
    ],
  }
}

function setBody({ family, sources }: Limiter, seconds: number): string {
  return `type ipv${family}_addr; size ${sources}; flags dynamic,timeout; timeout ${seconds}s;`
}

function printTry(limiter: Limiter, place: number): Chain {
  const { name, family } = limiter
  return {
    name: `${name}-${place}`,
    rules: [`${saddr(family)} @${name}-tried${place} goto ${name}-full${place}`, ...remember(limiter, place, 1)],
  }
}

/** A refused try is remembered twice: once for coming, once for being refused. */
function printRefusal(limiter: Limiter, place: number): Chain {
  const { name, refusal } = limiter
  return { name: `${name}-full${place}`, rules: [...remember(limiter, place, 2), `goto ${refusal}`] }
}

/** One rule for each step: a set that is full ends its rule only. */
function remember({ name, family, hits, seconds }: Limiter, place: number, times: 1 | 2): string[] {
  const ring = hits - 1
  const source = saddr(family)
  const next = (place + times) % ring
  return [
    `update @${name}-tried${place} { ${source} timeout ${seconds}s }`,
    ...(times === 2 ? [`update @${name}-tried${(place + 1) % ring} { ${source} timeout ${seconds}s }`] : []),
    ...(place === 0 ? [] : [`delete @${name}-at${place} { ${source} }`]),
    ...(next === 0 ? [] : [`update @${name}-at${next} { ${source} timeout ${seconds + 1}s }`]),
  ]
}
