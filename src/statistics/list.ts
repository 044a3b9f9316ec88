/** A list of addresses, one a line, as the article's script reads it; and how often each of them stands there. */
import { parseNetwork } from '../base/address.ts'
import type { AddressCounts } from '../store/statistics/address-counts.ts'

/** What stands in a list: the first word of each line that has one, whether it is an address or not. */
export interface AddressList {
  readonly addresses: readonly string[]
  /** Lines of which the first word is no address. */
  readonly garbage: number
}

/** Longer than any address; what is longer is none, and need not be kept whole. */
const MAX_WORD = 64

/**
 * Blank lines, and what stands behind `#` or `;`, are no entries. Of other lines the first word counts: behind the address may
 * stand what `fail2ban-client get JAIL banip --with-time` says of it.
 */
export async function readList(bytes: AsyncIterable<Uint8Array>): Promise<AddressList> {
  const addresses: string[] = []
  let garbage = 0
  const decoder = new TextDecoder()
  let rest = ''
  const take = (line: string) => {
    const word = wordOf(line)
    if (word === '') return
    addresses.push(word)
    if (!parseNetwork(word)) garbage++
  }
  for await (const chunk of bytes) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split(/[\r\n]/)
    // A line without end is bounded: nothing behind its first letters can make it an address.
    rest = lines.pop()!.slice(0, MAX_LINE)
    for (const line of lines) take(line)
  }
  take(rest + decoder.decode())
  return { addresses, garbage }
}

const MAX_LINE = 4096

function wordOf(line: string): string {
  return (/^\s*([^\s#;]+)/.exec(line)?.[1] ?? '').slice(0, MAX_WORD)
}

/** Each address once, by its canonical text, with how often it stands there; garbage as it stands. */
export function countsOfList(addresses: readonly string[], unit: 'lines' | 'ips'): AddressCounts {
  const counts = new Map<string, number>()
  for (const word of addresses) {
    const address = parseNetwork(word)?.text ?? word
    counts.set(address, unit === 'ips' ? 1 : (counts.get(address) ?? 0) + 1)
  }
  return { addresses: [...counts.keys()], counts: [...counts.values()] }
}
