/** How many are banned, as `status` says it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseNetwork } from '../../src/base/address.ts'
import { ByNetwork } from '../../src/engine/by-network.ts'
import type { HeldJail } from '../../src/engine/held-jail.ts'
import { kernelView } from '../../src/engine/kernel-view.ts'
import { heldBans } from '../../src/jail/held-bans.ts'

const ROWS: readonly (readonly [
  what: string,
  jails: Readonly<Record<string, readonly string[]>>,
  pending: readonly string[],
  banned: number,
])[] = [
  ['no jail bans nobody', {}, [], 0],
  ['an address of two jails counts once', { a: ['192.0.2.1', '192.0.2.2'], b: ['192.0.2.2', '192.0.2.3'] }, [], 3],
  [
    'so does one of the smaller two of three',
    { a: ['192.0.2.1', '192.0.2.2'], b: ['192.0.2.3'], c: ['192.0.2.3'] },
    [],
    3,
  ],
  ['what is pending does not count', { a: ['192.0.2.1', '192.0.2.2'], b: ['192.0.2.3'] }, ['a 192.0.2.1'], 2],
  ['pending in one jail, in force by another', { a: ['192.0.2.1'], b: ['192.0.2.1'] }, ['a 192.0.2.1'], 1],
]

for (const [what, jails, waiting, banned] of ROWS)
  test(what, () => {
    const pending = new ByNetwork<true>()
    for (const one of waiting) {
      const [jail, address] = one.split(' ') as [string, string]
      pending.set({ jail, network: parseNetwork(address)! }, true)
    }
    const held = Object.entries(jails).map(([name, addresses]) => jailOf(name, addresses))
    const view = kernelView({ pending, scopeOf: () => undefined }, undefined)
    assert.deepEqual(view.count(held), { banned, pending: waiting.length })
  })

function jailOf(name: string, addresses: readonly string[]): HeldJail {
  const bans = heldBans()
  for (const address of addresses) {
    const network = parseNetwork(address)!
    bans.hold({
      ...{ jail: name, network, from: 0, until: undefined, failures: 1, count: 1 },
      ...{ origin: 'filter', matches: [], fields: undefined },
    })
  }
  return { name, settings: undefined, scope: undefined, logs: new Map(), state: { bans } as HeldJail['state'] }
}
