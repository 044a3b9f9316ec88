/** All that can be asked of the guard, and the one place where it is asked. */
import { type Network, parseNetwork, printNetwork } from '../base/address.ts'
import { parseDuration } from '../base/duration.ts'
import { Fault } from '../base/fault.ts'
import type { Engine } from '../engine/engine.ts'
import type { Figures } from '../engine/figures.ts'
import type { TakenOver } from '../engine/history/take-over.ts'
import type { Reloaded } from '../engine/life/reload.ts'
import type { Outcome } from '../engine/outcome.ts'
import type { AllLifted, JailDetails, ListedBan, SparedNow, Status, Verified, Why } from '../engine/status.ts'

/** Who is asked: the engine, and who exchanges its configuration and ends it. */
export interface Asked {
  readonly engine: Engine
  reload(jail: string | undefined): Promise<Reloaded>
  /** Has the guard end; it does so after the answer. @param keep whether the bans stay; undefined: as it was started */
  stop(keep: boolean | undefined): void
}

export type Command =
  | { readonly verb: 'ping' }
  | { readonly verb: 'status' }
  /** All that is counted. */
  | { readonly verb: 'metrics' }
  | { readonly verb: 'jail'; readonly jail: string }
  | { readonly verb: 'why'; readonly address: string }
  | {
      readonly verb: 'ban'
      readonly addresses: readonly string[]
      readonly jail?: string | undefined
      /** A duration as Fail2ban writes them; negative for ever; absent: the jail's own. */
      readonly lasts?: string | undefined
      readonly force?: boolean | undefined
      /** An address that is banned already may be let go earlier by it; otherwise the later end holds. */
      readonly shorten?: boolean | undefined
      /** Why, in one line. */
      readonly reason?: string | undefined
    }
  | { readonly verb: 'unban'; readonly addresses: readonly string[]; readonly jail?: string | undefined }
  /** Looks anew at who is never banned; the bans of those of these addresses who are end. */
  | { readonly verb: 'spare'; readonly addresses: readonly string[] }
  /** The whole configuration, or one jail of it. */
  | { readonly verb: 'reload'; readonly jail?: string | undefined }
  | { readonly verb: 'stop'; readonly keep?: boolean | undefined }
  | { readonly verb: 'unban-all'; readonly jail?: string | undefined }
  /** Compares the kernel with what is said of it. */
  | { readonly verb: 'verify' }
  /** Bans of another guard, as `printForeignBans` writes them. */
  | { readonly verb: 'import'; readonly bans: string; readonly dryRun?: boolean | undefined }

/** What each verb is answered with. */
export interface Replies {
  readonly ping: { readonly version: string; readonly pid: number }
  readonly status: Status
  readonly metrics: Figures
  readonly jail: JailDetails
  readonly why: Why
  readonly ban: readonly Outcome[]
  readonly unban: readonly Outcome[]
  readonly spare: readonly SparedNow[]
  readonly reload: Reloaded
  readonly stop: { readonly pid: number }
  readonly 'unban-all': AllLifted
  readonly verify: Verified
  readonly import: TakenOver
}

export type Reply<C extends Command> = Replies[C['verb']]

/** What a caller may do; the unix socket's owner may all. */
export type Role = 'read' | 'operate'

const NEEDS: Readonly<Record<Command['verb'], Role>> = {
  ping: 'read',
  status: 'read',
  metrics: 'read',
  jail: 'read',
  why: 'read',
  ban: 'operate',
  unban: 'operate',
  spare: 'operate',
  reload: 'operate',
  stop: 'operate',
  'unban-all': 'operate',
  // It reads every set of the kernel.
  verify: 'operate',
  import: 'operate',
}

/** @throws Fault `control.forbidden`, `control.bad-command`, `control.bad-address`, `control.no-jail`, `duration.bad` */
export async function execute<C extends Command>(asked: Asked, role: Role, command: C): Promise<Reply<C>> {
  permit(role, command.verb)
  return (await answer(asked, command)) as Reply<C>
}

/** Bans in force as they are asked for one by one: there may be a million. @throws Fault `control.forbidden`, `control.no-jail` */
export function listBans({ engine }: Asked, role: Role, jail: string | undefined): Iterable<readonly ListedBan[]> {
  permit(role, 'status')
  return engine.bans(jail)
}

/** @throws Fault `control.forbidden`, `control.bad-command` */
function permit(role: Role, verb: Command['verb']): void {
  const needs = Object.hasOwn(NEEDS, verb) ? NEEDS[verb] : undefined
  if (!needs) throw new Fault('control.bad-command', `there is no command "${String(verb)}"`)
  if (needs === 'operate' && role !== 'operate') {
    throw new Fault('control.forbidden', `this caller may only look, and "${verb}" changes something`)
  }
}

async function answer(asked: Asked, command: Command): Promise<Replies[Command['verb']]> {
  const { engine } = asked
  switch (command.verb) {
    case 'ping': {
      const { version, pid } = engine.status()
      return { version, pid }
    }
    case 'status':
      return engine.status()
    case 'metrics':
      return engine.figures()
    case 'jail':
      return engine.jail(command.jail)
    case 'why':
      return engine.why(address(command.address))
    case 'ban': {
      const lasts = command.lasts === undefined ? undefined : parseDuration(command.lasts)
      if (lasts !== undefined && lasts <= 0 && lasts !== -1) {
        const what = lasts === 0 ? 'a ban for no time is none' : 'a ban cannot end before it begins'
        throw new Fault('control.bad-duration', what, {
          hint: 'write --for 10m; -1 is for ever',
        })
      }
      const networks = command.addresses.map(address)
      const { jail, force, shorten } = command
      const reason = command.reason === undefined ? undefined : goodReason(command.reason)
      return engine.ban(networks, { jail, lasts, force: force === true, shorten: shorten === true, reason })
    }
    case 'unban':
      return engine.unban(command.addresses.map(address), command.jail)
    case 'spare':
      return engine.spare(command.addresses.map(address))
    case 'unban-all':
      return engine.unbanAll(command.jail)
    case 'verify':
      return engine.verify()
    case 'import': {
      const { parseForeignBans } = await import('./foreign-text.ts')
      return engine.takeOver(parseForeignBans(command.bans), command.dryRun === true)
    }
    case 'reload':
      return asked.reload(command.jail)
    case 'stop':
      asked.stop(command.keep)
      return { pid: engine.status().pid }
    default:
      return command satisfies never
  }
}

/** It goes into the history and to scripts of actions. */
function goodReason(text: string): string {
  const reason = text.trim()
  if (reason !== '' && reason.length <= MOST_OF_A_REASON && !/\p{C}/u.test(reason)) return reason
  throw new Fault('control.bad-reason', 'the reason is not one short line', {
    hint: `1 to ${MOST_OF_A_REASON} characters, none of them a line break or another control character`,
  })
}

const MOST_OF_A_REASON = 200

function address(text: string): Network {
  const network = typeof text === 'string' ? parseNetwork(text) : undefined
  if (!network) {
    throw new Fault('control.bad-address', `"${String(text)}" is not an address or a network`, {
      hint: 'write it as 192.0.2.1, 192.0.2.0/24, 2001:db8::1 or 2001:db8::/64',
    })
  }
  const narrowest = network.family === 4 ? 8 : 19
  if (network.prefix >= narrowest) return network
  throw new Fault(
    'control.bad-address',
    `${printNetwork(network)} is wider than /${narrowest}: that is half the internet`,
    {
      hint: 'ban narrower networks, one by one',
    },
  )
}
