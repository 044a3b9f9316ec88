/**
 * A kernel in memory for the lines that the bans print: transactions are all or nothing, as the real one's. Of deletions
 * the watcher hears the marks alone: the others are what a test tells.
 */
import { Fault } from '../../src/base/fault.ts'
import type { Kernel } from '../../src/firewall/kernel.ts'
import type { MonitorEvent } from '../../src/firewall/monitor.ts'
import type { NftObject } from '../../src/firewall/nft-json.ts'

export interface MemoryKernel extends Kernel {
  /** `set address timeout` of every element, sorted. */
  print(): string[]
  /** What the next transactions fail with, in turn; undefined lets one pass. */
  readonly faults: (string | undefined)[]
  /** Elements that are always refused. */
  readonly refused: Set<string>
  /** How many elements a set holds at most. */
  readonly room: Map<string, number>
  readonly transactions: (readonly string[])[]
  /** As another program: `flush ruleset`. */
  flush(): void
  tell(event: MonitorEvent): void
}

/** With `now`, elements are printed with their end instead of their timeout. */
export function memoryKernel(now?: () => number): MemoryKernel {
  let sets: Map<string, Map<string, string>> | undefined
  let tell: ((event: MonitorEvent) => void) | undefined
  const faults: (string | undefined)[] = []
  const refused = new Set<string>()
  const room = new Map<string, number>()
  const transactions: (readonly string[])[] = []
  const marks: string[] = []
  const set = (name: string) => {
    const found = sets?.get(name)
    if (!found) throw new Fault('kernel.gone', `no set ${name}`)
    return found
  }
  const perform = (line: string) => {
    const [verb, what, , table, name = '', ...rest] = line.split(' ')
    if (table !== 'rampart_bans') throw new Fault('kernel.refused', line)
    if (what === 'table') sets = verb === 'add' ? (sets ?? new Map()) : undefined
    else if (!sets) throw new Fault('kernel.gone', 'no table')
    else if (what === 'set' && verb === 'add') sets.set(name, sets.get(name) ?? new Map())
    else if (what === 'set' && verb === 'delete') sets.delete(name)
    else if (what === 'set' && verb === 'flush') set(name).clear()
    else if (what === 'element') {
      const inside = rest.join(' ').slice(2, -2).split(', ')
      for (const [address, ...timeout] of inside.map((text) => text.split(' '))) {
        if (refused.has(address!)) throw new Fault('kernel.refused', address!)
        const isNew = verb === 'add' && !set(name).has(address!)
        if (isNew && set(name).size >= (room.get(name) ?? Number.POSITIVE_INFINITY))
          throw new Fault('kernel.full', name)
        // As kernels before 6.13 do: an element that is there keeps its end.
        if (verb === 'add' && !set(name).has(address!)) set(name).set(address!, endOf(timeout.join(' '), now))
        if (verb === 'delete' && !set(name).delete(address!)) throw new Fault('kernel.gone', address!)
        if (verb === 'delete' && name === 'marks') marks.push(address!)
      }
    }
  }
  return {
    async apply(lines) {
      const fault = faults.shift()
      if (fault) throw new Fault(fault, 'as the test wants')
      transactions.push(lines)
      marks.length = 0
      const before = sets && new Map([...sets].map(([name, elements]) => [name, new Map(elements)]))
      try {
        for (const line of lines) perform(line)
      } catch (thrown) {
        sets = before
        throw thrown
      }
      for (const mark of marks.splice(0)) tell?.({ kind: 'element', set: 'marks', addresses: [mark] })
    },
    async probe(lines) {
      const names = lines.map((line) => line.split(' '))
      return names.flatMap(([, , , , name, , address], index) => (set(name!).has(address!) ? [index] : []))
    },
    async structure() {
      const object = (name: string): NftObject => ({ set: { family: 'inet', table: 'rampart_bans', name } })
      return [...(sets?.keys() ?? [])].map(object)
    },
    async elements(name) {
      const elements = [...set(name)].map((pair) => pair.join(' ').trim())
      return `table inet rampart_bans {\n\tset ${name} {\n\t\telements = { ${elements.join(',\n\t\t\t     ')} }\n\t}\n}\n`
    },
    watch(_how, _table, listener) {
      tell = listener
      listener({ kind: 'listening' })
      return () => {
        tell = undefined
      }
    },
    print: () =>
      [...(sets ?? [])]
        .flatMap(([name, elements]) => [...elements].map((pair) => [name, ...pair].join(' ').trim()))
        .sort(),
    faults,
    refused,
    room,
    transactions,
    flush() {
      sets = undefined
    },
    tell: (event) => tell?.(event),
  }
}

function endOf(timeout: string, now: (() => number) | undefined): string {
  const parts = /(\d+)d(\d+)s(\d+)ms/.exec(timeout)
  if (!now || !parts) return timeout
  return `until ${now() + Number(parts[1]) * 86_400_000 + Number(parts[2]) * 1000 + Number(parts[3])}`
}
