/** `ignoreip`, as far as it names hosts: looked up when the configuration is read, once. */
import { parseNetwork } from '../base/address.ts'
import type { JailSettings } from '../config/settings.ts'
import type { Spared } from '../jail/ignore.ts'
import type { World } from '../world/world.ts'

/** By the name, its addresses. */
export type IgnoredNames = ReadonlyMap<string, readonly string[]>

const NAME_TIMEOUT_MS = 2000

export async function ignoredNames(world: World, jails: readonly JailSettings[]): Promise<IgnoredNames> {
  const names = [...wordsOf(jails)].filter((word) => !parseNetwork(word) && /^[\w.-]+\.[a-z][\w-]*$/i.test(word))
  return new Map(
    await Promise.all(names.map(async (name) => [name, await world.names.addresses(name, NAME_TIMEOUT_MS)] as const)),
  )
}

/** Whom a jail spares. */
export function ignoredBy({ name, options }: JailSettings, names: IgnoredNames): Spared[] {
  return options.ignoreip.flatMap((word) =>
    [word, ...(names.get(word) ?? [])].flatMap((text) => {
      const network = parseNetwork(text)
      return network ? [{ network, why: `${word} stands in ignoreip of ${name}` }] : []
    }),
  )
}

/** Whom the admin spares by a name that has no address now is not spared: he must know. */
export function unresolved(names: IgnoredNames): string[] {
  const without = [...names].filter(([, addresses]) => addresses.length === 0).map(([name]) => name)
  return without.length === 0 ? [] : [`ignoreip: ${without.join(', ')} has no address now and is not spared`]
}

/** What was meant to be an address and is none. */
export function misspelt(jails: readonly JailSettings[]): string[] {
  const wrong = [...wordsOf(jails)].filter((word) => /^[\d.:/]+$|:.*[:/]/.test(word) && !parseNetwork(word))
  return wrong.length === 0 ? [] : [`ignoreip: ${wrong.join(', ')} is no address or network and spares nobody`]
}

function wordsOf(jails: readonly JailSettings[]): ReadonlySet<string> {
  return new Set(jails.flatMap(({ options }) => options.ignoreip))
}
