/** What a reload changes, in words: which jails come, go, and in what they are others than before. */
import type { JailSettings } from '../config/settings.ts'

export interface Difference {
  readonly added: readonly string[]
  readonly removed: readonly string[]
  /** With what is different: `maxretry`, `filter`, `logs`, `ports` ... */
  readonly changed: readonly { readonly jail: string; readonly what: readonly string[] }[]
}

export function difference(before: readonly JailSettings[], after: readonly JailSettings[]): Difference {
  const known = new Map(before.map((jail) => [jail.name, jail]))
  const names = new Set(after.map(({ name }) => name))
  return {
    added: after.flatMap(({ name }) => (known.has(name) ? [] : [name])),
    removed: before.flatMap(({ name }) => (names.has(name) ? [] : [name])),
    changed: after.flatMap((jail) => {
      const earlier = known.get(jail.name)
      const what = earlier ? whatDiffers(earlier, jail) : []
      return what.length > 0 ? [{ jail: jail.name, what }] : []
    }),
  }
}

function whatDiffers(before: JailSettings, after: JailSettings): string[] {
  const [some, others] = [partsOf(before), partsOf(after)]
  const names = new Set([...some.keys(), ...others.keys()])
  const what = [...names].filter((name) => some.get(name) !== others.get(name))
  return what.filter((name) => !FOLLOWING[name]?.some((first) => what.includes(first)))
}

/** Options that follow others unless the admin sets them. */
const FOLLOWING: Readonly<Record<string, readonly string[]>> = {
  maxmatches: ['maxretry'],
  networks: ['maxretry', 'findtime', 'bantime', 'ports'],
}

function partsOf({ options, scope, ...rest }: JailSettings): ReadonlyMap<string, string | undefined> {
  const parts = Object.entries({ ...options, ...rest, ports: scope })
  return new Map(parts.filter(([name]) => name !== 'at').map(([name, value]) => [name, textOf(value)]))
}

/** Where something stands in its file is no part of it. */
export function textOf(value: unknown): string | undefined {
  return JSON.stringify(value, (name, inner: unknown) => (name === 'at' || name === 'places' ? undefined : inner))
}
