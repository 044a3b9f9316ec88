/** Who is banned, and what bans and lifts by hand. */
import { type Network, parseNetwork } from '../../../base/address.ts'
import type { HeldJail } from '../../../engine/held-jail.ts'
import type { BanStatus } from '../../../engine/status.ts'
import type { Fail2banAsked } from '../asked.ts'
import { shownId } from '../jail/set-lists.ts'
import type { ToldJails } from '../jails.ts'
import { raised, wordAt } from '../python.ts'
import { printValue, type Value } from '../value.ts'

/** `banned`: all by their jails; `banned IP...`: the jails of each. */
export function banned(jails: ToldJails, ids: readonly Value[]): Value {
  if (ids.length === 0) return jails.all.map(({ name, state }) => new Map([[name, [...state.bans.keys()]]]))
  return ids.map((id) => jails.all.filter(({ state }) => state.bans.has(shownId(id))).map(({ name }) => name))
}

/** `get JAIL banned [IP...]`. */
export function bannedIn({ state: { bans } }: HeldJail, ids: readonly Value[]): Value {
  if (ids.length === 0) return [...bans.keys()]
  const isBanned = ids.map((id) => (bans.has(shownId(id)) ? 1 : 0))
  return isBanned.length === 1 ? isBanned[0] : isBanned
}

/** `get JAIL banip [--with-time]`: in the order of their ends. */
export function banList(bans: readonly BanStatus[], withTime: boolean): Value {
  const all = [...bans].sort((one, other) => endOf(one) - endOf(other) || one.from - other.from)
  return all.map((ban) => (withTime ? timed(ban) : ban.address))
}

/** Those without an end are last. */
function endOf({ until }: BanStatus): number {
  return until ?? Number.MAX_SAFE_INTEGER
}

function timed({ address, from, until }: BanStatus): string {
  const lasts = until === undefined ? -1 : Math.round((until - from) / 1000)
  const end = until === undefined ? '9999-12-31 23:59:59' : printTime(until)
  return `${address} \t${printTime(from)} + ${lasts} = ${end}`
}

function printTime(at: number): string {
  const time = new Date(at)
  const two = (part: number) => String(part).padStart(2, '0')
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`
  return `${day} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`
}

/** `set JAIL banip IP...` @returns how many were not banned before */
export async function ban({ engine }: Fail2banAsked, { name }: HeldJail, ids: readonly Value[]): Promise<Value> {
  const networks = ids.map(networkOf)
  if (networks.length === 0) return 0
  const order = { jail: name, lasts: undefined, force: false, despiteIgnoreip: true }
  const outcomes = await engine.ban(networks, order)
  return outcomes.filter(({ outcome }) => outcome === 'banned').length
}

/** `set JAIL unbanip [--report-absent] IP...` @throws Fault: ValueError for those who were not banned, if they are asked for */
export async function unban(asked: Fail2banAsked, held: HeldJail, words: readonly Value[]): Promise<Value> {
  const ids = [wordAt(words, 0), ...words.slice(1)]
  const isReported = ids[0] === '--report-absent'
  const absent: Value[] = []
  let lifted = 0
  for (const id of isReported ? ids.slice(1) : ids) {
    const count = await lift(asked, id, held)
    lifted += count
    if (count === 0) absent.push(shownId(id))
  }
  if (isReported && absent.length > 0) throw raised('ValueError', `not banned: ${printValue(absent)}`)
  return lifted
}

/** `unban IP...`, `unban --all`. */
export async function unbanAnywhere(asked: Fail2banAsked, ids: readonly Value[]): Promise<Value> {
  if (ids.length === 1 && ids[0] === '--all') return (await asked.engine.unbanAll(undefined)).bans
  let lifted = 0
  for (const id of ids) lifted += await lift(asked, id)
  return lifted
}

/** Of one address, or of all in a network; of one jail or of all. */
async function lift({ engine }: Fail2banAsked, id: Value, jail?: HeldJail): Promise<number> {
  const network = parseNetwork(shownId(id))
  if (!network) return 0
  const outcomes = await engine.unban([network], jail?.name, true)
  return outcomes.filter(({ outcome }) => outcome === 'lifted').length
}

/** `set JAIL attempt IP [LINE...]`. */
export async function attempt({ engine }: Fail2banAsked, { name }: HeldJail, words: readonly Value[]): Promise<Value> {
  if (words.length === 0) throw raised('TypeError', "Filter.addAttempt() missing 1 required positional argument: 'ip'")
  const why = await engine.attempt(networkOf(words[0]), name, words.slice(1).map(String))
  return why === undefined ? 1 : 0
}

/** Only what is one reaches the kernel. @throws Fault: ValueError */
function networkOf(id: Value): Network {
  const network = typeof id === 'string' ? parseNetwork(id) : undefined
  const narrowest = network?.family === 4 ? 8 : 19
  if (network && network.prefix >= narrowest) return network
  throw raised('ValueError', `${printValue(id)} is not an address or network that can be banned`)
}
