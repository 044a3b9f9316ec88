/** `ufw delete` of a ban: the guard lifts it, or, where none runs, this does. */
import { asFault, Fault } from '../../base/fault.ts'
import { printable } from '../../base/printable.ts'
import { ask } from '../../control/client.ts'
import { type BanRule, ofBansInForce } from './ban.ts'
import type { Call } from './call.ts'

/**
 * Resolves when kernel and history have it. A ban that ended by itself meanwhile is no fault.
 * @throws Fault `ufw.not-unbanned`, `control.*`
 */
export async function unban(call: Call, bans: readonly BanRule[]): Promise<void> {
  const { guard } = call.paths
  if (!guard || bans.length === 0) return
  for (const [jail, addresses] of await byJail(call, bans)) {
    const outcomes = await lift(guard.socket, jail, addresses)
    const open = outcomes.find(({ done, words }) => !done && !GONE.test(words))
    if (open) throw new Fault('ufw.not-unbanned', `${open.address} ${open.words}`)
  }
}

const GONE = /^is not banned$/

/** What UFW shows as one rule may be the ban of several jails. */
async function byJail(call: Call, bans: readonly BanRule[]): Promise<ReadonlyMap<string, readonly string[]>> {
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

async function lift(socket: string, jail: string, addresses: readonly string[]) {
  try {
    return await ask(socket, { verb: 'unban', jail, addresses })
  } catch (thrown) {
    const { code, message } = asFault(thrown, 'control.failed')
    if (code !== 'control.absent') throw thrown
    throw new Fault('ufw.not-unbanned', `this is a ban of jail '${printable(jail)}', and ${message}`, {
      hint: 'the guard lifts bans: start it with rampart up, or wait for the end of the ban',
      cause: thrown,
    })
  }
}
