/**
 * The machine's name service: /etc/hosts, then the name servers of /etc/resolv.conf. Not by getaddrinfo, as Node's `lookup`
 * has it: a silent server would hold one of its four threads for half a minute.
 */
import type { promises as dns } from 'node:dns'
import { networkInterfaces } from 'node:os'
import { realFiles } from './real-files.ts'
import type { Names } from './world.ts'

export const realNames: Names = {
  async addresses(name, timeoutMs) {
    if (!NAME.test(name)) return []
    const own = ofHosts(name)
    if (own.length > 0) return own
    const found = candidates(name).map((full) =>
      asked(timeoutMs, async (resolver) => {
        const of = (answer: Promise<string[]>) => answer.catch(() => [])
        return (await Promise.all([of(resolver.resolve4(full)), of(resolver.resolve6(full))])).flat()
      }),
    )
    return (await Promise.all(found)).find((addresses) => addresses?.length) ?? []
  },
  async host(address, timeoutMs) {
    const own = new RegExp(`^[ \\t]*${escaped(address)}[ \\t]+([^\\s#]+)`, 'im').exec(text('/etc/hosts'))?.[1]
    if (own !== undefined) return own
    const names = await asked(timeoutMs, (resolver) => resolver.reverse(address))
    return names?.[0]
  },
  own() {
    return Object.values(networkInterfaces()).flatMap((list) =>
      (list ?? []).map(({ address }) => address.split('%')[0]!),
    )
  },
}

const NAME = /^(?=.{1,253}$)[\p{L}\p{N}_](?:[\p{L}\p{N}_.-]*[\p{L}\p{N}_.])?$/u

/** Source: hosts(5). */
function ofHosts(name: string): string[] {
  const hosts = text('/etc/hosts')
  const line = new RegExp(`^[ \\t]*([0-9a-f.:]+)[ \\t](?:[^#\\n]*[ \\t])?${escaped(name)}(?=[ \\t\\r#]|$)`, 'gim')
  return [...hosts.matchAll(line)].map(([, address]) => address!)
}

/** A name of one word belongs to one of the host's domains. Source: resolv.conf(5). */
function candidates(name: string): string[] {
  if (name.includes('.')) return [name]
  const domains = [...text('/etc/resolv.conf').matchAll(/^[ \t]*(?:search|domain)[ \t]+([^#;\n]*)/gm)].at(-1)?.[1]
  const searched = (domains ?? '').split(/\s+/).filter((domain) => domain !== '')
  return [...searched.slice(0, MAX_DOMAINS).map((domain) => `${name}.${domain}`), name]
}

const MAX_DOMAINS = 6

/** Each question has a resolver of its own: it reads resolv.conf as it is now, and all of it is over at its end. */
async function asked<T>(timeoutMs: number, ask: (resolver: dns.Resolver) => Promise<T>): Promise<T | undefined> {
  // Loaded when first used.
  const { Resolver } = process.getBuiltinModule('node:dns').promises
  const resolver = new Resolver({ timeout: Math.max(1, Math.floor(timeoutMs / 2)), tries: 2 })
  const timer = setTimeout(() => resolver.cancel(), timeoutMs).unref()
  try {
    return await ask(resolver)
  } catch {
    return undefined
  } finally {
    clearTimeout(timer)
  }
}

function text(path: string): string {
  try {
    return realFiles.text(path)
  } catch {
    return ''
  }
}

function escaped(word: string): string {
  return word.replace(/[^\p{L}\p{N}_]/gu, '\\$&')
}
