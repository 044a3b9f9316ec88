/** `ufw delete` of a ban: the guard lifts it, or, where none runs, this does. */
import { parseNetwork } from '../../base/address.ts'
import { asFault, Fault } from '../../base/fault.ts'
import { type BanRule, ofBansInForce } from './ban.ts'
import type { Call } from './call.ts'

/**
 * Resolves when kernel and history have it. A ban that ended by itself meanwhile is no fault.
 * @throws Fault `ufw.not-unbanned`, `control.*`
 */
export async function unban(call: Call, bans: readonly BanRule[]): Promise<void> {
  const { guard } = call.paths
  if (!guard || bans.length === 0) return
  const jails = await byJail(call, bans)
  try {
    for (const [jail, addresses] of jails) await ask(guard.socket, jail, addresses)
  } catch (thrown) {
    if (asFault(thrown, 'control.failed').code !== 'control.absent') throw thrown
    await alone(call, guard.state, jails)
  }
}

type ByJail = ReadonlyMap<string, readonly string[]>

/** What UFW shows as one rule may be the ban of several jails. */
async function byJail(call: Call, bans: readonly BanRule[]): Promise<ByJail> {
  const meant = new Map<string, Set<string>>()
  const add = (jail: string, address: string) => meant.set(jail, (meant.get(jail) ?? new Set()).add(address))
  for (const { ban } of bans) add(ban.jail, ban.address)
  await ofBansInForce(call, (open) => {
    for (const { ban, to } of bans) {
      for (const { jail, sentence } of open.of(ban.address)) {
        if (sentence.application?.name === to.profile) add(jail, ban.address)
      }
    }
  })
  return new Map([...meant].map(([jail, addresses]) => [jail, [...addresses]]))
}

async function ask(socket: string, jail: string, addresses: readonly string[]): Promise<void> {
  const { ask } = await import('../../control/client.ts')
  const outcomes = await ask(socket, { verb: 'unban', jail, addresses })
  const open = outcomes.find(({ done, words }) => !done && words !== 'is not banned')
  if (open) throw new Fault('ufw.not-unbanned', `${open.address} ${open.words}`)
}

/** Another guard may have the table, or somebody the history: then the ban stands. */
async function alone({ setting }: Call, state: string, jails: ByJail): Promise<void> {
  const { unbanAlone } = await import('../../engine/life/unban-alone.ts')
  const doomed = [...jails].flatMap(([jail, addresses]) =>
    addresses.flatMap((address) => {
      const network = parseNetwork(address)
      return network ? [{ jail, network }] : []
    }),
  )
  try {
    await unbanAlone(setting.world, state, setting.pid, doomed)
  } catch (thrown) {
    const { message } = asFault(thrown, 'store.failed')
    throw new Fault('ufw.not-unbanned', `no guard is running, and without one the ban cannot be lifted: ${message}`, {
      hint: 'start it: rampart up; it lifts bans',
      cause: thrown,
    })
  }
}
