/** Lists of addresses for tests, from their text. */
import { listOf } from '../../../src/config/list/list-file.ts'
import { ListReader, type ReadList } from '../../../src/config/list/read-list.ts'
import type { AddressList } from '../../../src/firewall/list/address-list.ts'
import { textsOf } from '../../../src/firewall/list/address-list.ts'
import type { Gathered } from '../../../src/firewall/list/gather.ts'
import { realWorld } from '../../../src/world/real.ts'

/** @param cut at each of these bytes one piece of it ends */
export function readText(text: string | Uint8Array, cut: readonly number[] = []): ReadList & Gathered {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text
  const reader = new ListReader('list.txt')
  let from = 0
  for (const to of [...cut, bytes.length]) {
    reader.take(bytes.slice(from, to))
    from = to
  }
  const read = reader.end()
  return { ...read, ...read.gathering.end() }
}

/** What is in it, a text each. */
export function texts({ layers }: Pick<Gathered, 'layers'>): string[] {
  return [...textsOf(layers)]
}

export function addressList(name: string, ...lines: readonly string[]): AddressList {
  return listOf(realWorld(), name, readText(lines.join('\n')).layers, { at: 0, from: 'a test' })
}
