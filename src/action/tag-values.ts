/**
 * The tags of a command whose values are known when it runs. All others of its file were replaced when that was read, or
 * stay as they stand. Source: the behaviour of Fail2ban 1.0.2; `jail.name` is of 1.1.
 */
import { printNetwork } from '../base/address.ts'
import type { Seconds } from '../base/duration.ts'
import { repr } from '../base/python-repr.ts'
import { type Fields, textOf } from '../filter/groups.ts'
import type { Ban } from '../jail/ban.ts'
import { lastLines } from './harmless.ts'
import { reversed } from './reversed.ts'
import type { Value } from './script.ts'

export type Family = 'inet4' | 'inet6'

/** What a command is run for. */
export interface Occasion {
  /** Empty where both families are meant at once. */
  readonly family: Family | ''
  readonly ban: Ban | undefined
  /** The guard begins with it: it was in force before. */
  readonly isRestored: boolean
  readonly timeout: Seconds
}

/** What commands are told of that they do not know themselves. */
export interface Knowledge {
  /** The lines and fields of a ban whose own are not at hand. */
  kept(ban: Ban): Promise<Pick<Ban, 'matches' | 'fields'>>
  /** Bans of the same address that are in force, in all jails, oldest first, with their lines; the ban itself is among them. */
  together(ban: Ban): Promise<readonly Ban[]>
  /** undefined: it has no name, or nobody said it in time. */
  hostName(address: string): Promise<string | undefined>
  jail(): JailFigures
  /** How far the wall clock is ahead of the times of bans. */
  aheadMs(): number
  /** The host's own name, as long as it is known, and its first part. */
  readonly ownName: { readonly full: string; readonly short: string }
}

export interface JailFigures {
  readonly name: string
  readonly banned: number
  readonly bannedTotal: number
  readonly found: number
  readonly foundTotal: number
  /** `bantime` of the jail. */
  readonly bantime: Seconds
  /** Whether `bantime.increment` counts its bans. */
  readonly increments: boolean
}

export function isTag(name: string): boolean {
  return Object.hasOwn(TAGS, name) || FIELD.test(name)
}

/** Whether what it says may be an attacker's. */
export function isHostile(name: string): boolean {
  return Object.hasOwn(ASKED, name) || FIELD.test(name)
}

/** The values of these tags; of a tag that means nothing on this occasion there is none. */
export async function tagValues(
  tags: readonly string[],
  occasion: Occasion,
  knowledge: Knowledge,
): Promise<ReadonlyMap<string, Value>> {
  const values = new Map<string, Value>()
  const asked: Asked = { occasion, knowledge, kept: undefined, together: undefined }
  for (const tag of tags) {
    // What cannot be known just now is empty: the ban does not wait for it.
    const value = await valueFor(tag, asked).catch(() => undefined)
    if (value !== undefined) values.set(tag, value)
  }
  return values
}

interface Asked {
  readonly occasion: Occasion
  readonly knowledge: Knowledge
  kept: Promise<Pick<Ban, 'matches' | 'fields'>> | undefined
  together: Promise<readonly Ban[]> | undefined
}

type Told = string | number | undefined

async function valueFor(tag: string, asked: Asked): Promise<Value | undefined> {
  const { occasion, knowledge } = asked
  const { ban } = occasion
  const always = ALWAYS[tag]
  if (always) return own(always(occasion, knowledge))
  if (!ban) return undefined
  const certain = OF_THE_BAN[tag]
  if (certain) return own(certain(ban, occasion, knowledge))
  const text = FIELD.test(tag) ? await field(tag, ban, asked) : await ASKED[tag]?.(ban, asked)
  return text === undefined ? undefined : { text, isOwn: false }
}

/** A name that means something else in some quoting is an attacker's like any other. */
function own(told: Told): Value | undefined {
  if (told === undefined) return undefined
  const text = String(told)
  return { text, isOwn: /^[\w.:/+-]*$|^[\n ]$/.test(text) }
}

const ALWAYS: Readonly<Record<string, (occasion: Occasion, knowledge: Knowledge) => Told>> = {
  family: ({ family }) => family,
  timeout: ({ timeout }) => timeout,
  'jail.name': (_, { jail }) => jail().name,
  'jail.banned': (_, { jail }) => jail().banned,
  'jail.banned_total': (_, { jail }) => jail().bannedTotal,
  'jail.found': (_, { jail }) => jail().found,
  'jail.found_total': (_, { jail }) => jail().foundTotal,
  'fq-hostname': (_, { ownName }) => ownName.full,
  'sh-hostname': (_, { ownName }) => ownName.short,
  br: () => '\n',
  sp: () => ' ',
}

const OF_THE_BAN: Readonly<Record<string, (ban: Ban, occasion: Occasion, knowledge: Knowledge) => Told>> = {
  ip: ({ network }) => printNetwork(network),
  fid: ({ network }) => printNetwork(network),
  'ip-rev': ({ network }) => reversed(network),
  failures: ({ failures }) => failures,
  time: timeOf,
  bantime: bantimeOf,
  bancount: bancountOf,
  restored: (_, { isRestored }) => Number(isRestored),
}

const ASKED: Readonly<Record<string, (ban: Ban, asked: Asked) => Promise<string>>> = {
  matches: async (ban, asked) => lastLines((await kept(ban, asked)).matches),
  ipmatches: async (ban, asked) => lastLines((await together(ban, asked)).flatMap(({ matches }) => matches)),
  ipjailmatches: async (ban, asked) =>
    lastLines((await together(ban, asked)).flatMap(({ jail, matches }) => (jail === ban.jail ? matches : []))),
  ipfailures: async (ban, asked) => sumOf(await together(ban, asked)),
  ipjailfailures: async (ban, asked) => sumOf((await together(ban, asked)).filter(({ jail }) => jail === ban.jail)),
  'ip-host': async ({ network }, { knowledge }) => (await knowledge.hostName(printNetwork(network))) ?? 'None',
  'raw-ticket': rawTicket,
}

const TAGS = { ...ALWAYS, ...OF_THE_BAN, ...ASKED }

/** `<F-USER>`: a group of the filter. */
const FIELD = /^F-[A-Z0-9_-]+$/

async function field(tag: string, ban: Ban, asked: Asked): Promise<string | undefined> {
  const name = tag.slice('F-'.length).toLowerCase()
  const { fields = {}, matches } = await kept(ban, asked)
  if (name === 'matches') return repr(matches)
  if (name === 'failures') return String(ban.failures)
  // `<F-ID>` and `<F-PORT>` of a filter are kept as `fid` and `fport`.
  const value = valueIn(fields, name) ?? valueIn(fields, `f${name}`)
  return value === undefined ? undefined : textOf(value)
}

function valueIn(fields: Fields, name: string) {
  return Object.hasOwn(fields, name) ? fields[name] : undefined
}

function kept(ban: Ban, asked: Asked): Promise<Pick<Ban, 'matches' | 'fields'>> {
  asked.kept ??= ban.matches.length > 0 || ban.fields ? Promise.resolve(ban) : asked.knowledge.kept(ban)
  return asked.kept
}

function together(ban: Ban, asked: Asked): Promise<readonly Ban[]> {
  asked.together ??= asked.knowledge.together(ban)
  return asked.together
}

function sumOf(bans: readonly Ban[]): string {
  return String(bans.reduce((sum, { failures }) => sum + failures, 0))
}

/** Seconds as Python prints a float; a restored ban's are whole. */
function timeOf({ from: begun }: Ban, { isRestored }: Occasion, { aheadMs }: Knowledge): string {
  const from = begun + aheadMs()
  return isRestored ? repr(Math.round(from / 1000)) : repr({ float: from / 1000 })
}

function bantimeOf({ from, until }: Ban): number {
  return until === undefined ? -1 : Math.round((until - from) / 1000)
}

/** Counted only where bans grow; a restored ban is one more than it was. */
function bancountOf({ count }: Ban, { isRestored }: Occasion, { jail }: Knowledge): number {
  return (jail().increments ? count : 1) + Number(isRestored)
}

async function rawTicket(ban: Ban, asked: Asked): Promise<string> {
  const { occasion, knowledge } = asked
  const bantime = bantimeOf(ban)
  const isUsual = !occasion.isRestored && bantime === knowledge.jail().bantime
  const words = [
    `ip=${printNetwork(ban.network)}`,
    `time=${timeOf(ban, occasion, knowledge)}`,
    `bantime=${isUsual ? 'None' : bantime}`,
    `bancount=${bancountOf(ban, occasion, knowledge)}`,
    `#attempts=${ban.failures}`,
    `matches=${repr((await kept(ban, asked)).matches)}`,
  ]
  return `BanTicket: ${words.join(' ')}`
}
