/**
 * Whom a jail's `ignoreip` spares: addresses and networks, names whose addresses are looked up again in the background, files
 * that are read again when they change. Words that are none of these are ids of another kind, which are banned nowhere here.
 */
import { contains, isHost, type Network, parseNetwork } from '../../base/address.ts'
import type { JailSettings } from '../../config/settings.ts'
import { type IgnoreList, type IgnoreTable, ignoreTable } from '../../jail/ignore.ts'
import { misspelt } from '../../jail/misspelt.ts'
import type { HostNames } from './host-names.ts'
import type { IgnoreFiles } from './ignore-files.ts'

export interface IgnoringParts {
  readonly names: Pick<HostNames, 'addresses'>
  readonly files: Pick<IgnoreFiles, 'listOf'>
}

/** Follows names and files as they change. */
export function ignoredBy({ name: jail, options }: JailSettings, { names, files }: IgnoringParts): IgnoreList {
  const { networks, hosts, paths } = sortWords(options.ignoreip)
  const table = tableOf(networks, jail)
  const lists = paths.map((path) => files.listOf(path))
  return (network) => {
    const why = table.why(network)
    if (why !== undefined || (hosts.length === 0 && lists.length === 0)) return why
    const host = hosts.find((name) => names.addresses(name).some((one) => isAround(one, network)))
    if (host !== undefined) return standsIn(host, jail)
    for (const list of lists) {
      const found = list(network)
      if (found !== undefined) return found
    }
    return undefined
  }
}

function tableOf(networks: readonly (readonly [string, Network])[], jail: string): IgnoreTable {
  const table = ignoreTable()
  for (const [word, network] of networks) table.add(network, standsIn(word, jail))
  return table
}

function standsIn(word: string, jail: string): string {
  return `${word} stands in ignoreip of ${jail}`
}

function isAround(host: Network, asked: Network): boolean {
  return isHost(asked) ? host.text === asked.text : contains(asked, host)
}

interface Sorted {
  readonly networks: readonly (readonly [word: string, network: Network])[]
  readonly hosts: readonly string[]
  readonly paths: readonly string[]
}

function sortWords(words: readonly string[]): Sorted {
  const plain = words.filter((word) => !word.startsWith(FILE))
  return {
    networks: plain.flatMap((word) => {
      const network = parseNetwork(word)
      return network ? [[word, network] as const] : []
    }),
    hosts: plain.filter((word) => HOST_NAME.test(word) && !parseNetwork(word)),
    paths: pathsIn(words),
  }
}

const FILE = 'file:'
/** Not of figures alone, which nobody's name is: what was meant for an address is told to be none. */
const HOST_NAME = /^(?=[^/]*\p{L})[\p{L}\p{N}_][\p{L}\p{N}_.-]*$/u

export function namesOf(jails: readonly JailSettings[]): string[] {
  return [...new Set(jails.flatMap(({ options }) => sortWords(options.ignoreip).hosts))]
}

export function pathsOf(jails: readonly JailSettings[]): string[] {
  return [...new Set(jails.flatMap(({ options }) => pathsIn(options.ignoreip)))]
}

function pathsIn(words: readonly string[]): string[] {
  return words.filter((word) => word.startsWith(FILE)).map((word) => word.slice(FILE.length))
}

/** What was meant to be an address and is none. */
export function misspeltIn(jails: readonly JailSettings[]): string[] {
  const wrong = misspelt(jails.flatMap(({ options }) => options.ignoreip))
  return wrong.length === 0 ? [] : [`ignoreip: ${wrong.join(', ')} is no address or network and spares nobody`]
}
