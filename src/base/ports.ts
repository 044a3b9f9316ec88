/** Sets of ports as Fail2ban and UFW write them: `http,https`, `80,443`, `1024:2048`, `0:65535`. */
import { Fault } from './fault.ts'

/** Ascending, non-overlapping, non-adjacent ranges with both ends in; `all` is every port and portless protocols too. */
export type PortSet = 'all' | readonly PortRange[]

export interface PortRange {
  readonly from: number
  readonly to: number
}

/** The port of a service name (`https`), as /etc/services has it. */
export type ServiceLookup = (name: string) => number | undefined

/**
 * @param text ports, names and ranges (`:` or `-` between the ends), separated by commas or blanks
 * @throws Fault `ports.unknown-name`, `ports.bad`
 */
export function parsePorts(text: string, lookup: ServiceLookup): PortSet {
  const words = text.split(/[\s,]+/).filter((word) => word !== '')
  if (words.length === 0) throw new Fault('ports.bad', 'the list of ports is empty', { hint: 'write 80,443 or all' })
  const ranges: PortRange[] = []
  for (const word of words) {
    if (/^(all|any|0[:-]65535|1[:-]65535)$/i.test(word)) return 'all'
    ranges.push(parseRange(word, lookup))
  }
  return merge(ranges)
}

/** `80,443,1024-2048`: nft's own form; `all` stays the word. */
export function printPorts(ports: PortSet): string {
  if (ports === 'all') return 'all'
  return ports.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)).join(',')
}

function parseRange(word: string, lookup: ServiceLookup): PortRange {
  const numbers = /^(\d{1,5})(?:[:-](\d{1,5}))?$/.exec(word)
  if (!numbers) {
    const port = lookup(word)
    if (port !== undefined) return { from: port, to: port }
    throw new Fault('ports.unknown-name', `no service is named "${word}"`, {
      hint: 'write its port number, or add the name to /etc/services',
    })
  }
  const from = Number(numbers[1])
  const to = Number(numbers[2] ?? from)
  if (from > to || to > 65535 || to === 0) {
    throw new Fault('ports.bad', `"${word}" is not a port or a range of ports`, { hint: 'ports go from 1 to 65535' })
  }
  return { from, to }
}

function merge(ranges: PortRange[]): PortRange[] {
  const result: PortRange[] = []
  for (const range of ranges.sort((a, b) => a.from - b.from)) {
    const last = result.at(-1)
    if (last && range.from <= last.to + 1)
      result[result.length - 1] = { from: last.from, to: Math.max(last.to, range.to) }
    else result.push(range)
  }
  return result
}
