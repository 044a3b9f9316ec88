/**
 * Random bytes and almost-addresses as a file of a list → a list and Faults, never another exception: the same wherever the bytes
 * are cut, the same as a slow reading by definition, and what is printed is read as the same list.
 * Run: `runtime/node fuzz/list.ts [SECONDS] [SEED]`; prints the seed, and the text that broke it.
 */
import assert from 'node:assert/strict'
import { contains, type Network, parseNetwork } from '../src/base/address.ts'
import { ListReader } from '../src/config/list/read-list.ts'
import { textsOf } from '../src/firewall/list/address-list.ts'
import { holds } from '../src/firewall/list/layer.ts'
import { random } from './random.ts'
import { onlyFaults, rounds } from './rounds.ts'

const PIECES = [
  ...['10.', '0.', '1.', '255.', '256', '0', '1', '7', '192.0.2.', '2001:db8:', ':', '::', 'ffff', 'a', 'g', '::ffff:'],
  ...[
    '/',
    '/8',
    '/24',
    '/31',
    '/32',
    '/33',
    '/0',
    '/64',
    '/128',
    '/255.0.0.0',
    '-',
    ' - ',
    '-10.0.0.9',
    ' ',
    '\t',
    '\r',
  ],
  ...['#', ';', '#c', '\ufeff', '\0', '\x1b', 'é', ',', 'x'.repeat(300)],
]
const LINES = [
  ...['10.0.0.1', '10.0.0.0/8', '10.0.0.0/30', '10.0.0.4/31', '192.0.2.7', '10.0.0.3-10.0.0.9', '10.255.255.255'],
  ...['2001:db8::1', '2001:db8::/32', '::1', '2001:db8::5-2001:db8::9', '::ffff:10.0.0.1', '1::/16', '1::8000:0/97'],
]

export function fuzzList(seed: number): void {
  const next = random(seed)
  const one = <T>(items: readonly T[]) => items[Math.floor(next() * items.length)]!
  const lines = Array.from({ length: Math.floor(next() * 8) }, () =>
    next() < 0.5 ? one(LINES) : Array.from({ length: 1 + Math.floor(next() * 6) }, () => one(PIECES)).join(''),
  )
  const bytes = new TextEncoder().encode(lines.join(one(['\n', '\n', '\r\n', '\n\n'])))
  if (next() < 0.1 && bytes.length > 0) bytes[Math.floor(next() * bytes.length)] = Math.floor(next() * 256)
  try {
    onlyFaults(() => check(bytes, next))
  } catch (thrown) {
    console.error(JSON.stringify(new TextDecoder().decode(bytes)))
    throw thrown
  }
}

function check(bytes: Uint8Array, next: () => number): void {
  const whole = read([bytes])
  const at = Math.floor(next() * (bytes.length + 1))
  assert.deepEqual(read([bytes.slice(0, at), bytes.slice(at)]), whole)
  assert.deepEqual(read(Array.from(bytes, (byte) => Uint8Array.of(byte))), whole)
  const again = read([new TextEncoder().encode([...textsOf(whole.layers)].join('\n'))])
  assert.deepEqual({ ...again, left: undefined }, { layers: whole.layers, faults: [], left: undefined })
  disjoint([...textsOf(whole.layers)].map((text) => parseNetwork(text)!))
  for (const line of new TextDecoder().decode(bytes).split('\n')) {
    const network = parseNetwork(line.replace(/^[ \t\r]+|[ \t\r]+$/g, ''))
    if (network && network.prefix > 0) assert.ok(holds(whole.layers, network), line)
  }
}

function read(parts: readonly Uint8Array[]) {
  const reader = new ListReader('f')
  for (const part of parts) reader.take(part)
  const { gathering, faults, bad, cleared } = reader.end()
  const { layers, duplicates, covered } = gathering.end()
  return {
    layers,
    faults: faults.map(({ message, at }) => [message, at?.line]),
    left: [bad, cleared, duplicates, covered],
  }
}

function disjoint(networks: readonly Network[]): void {
  for (const one of networks) for (const other of networks) assert.ok(one === other || !contains(one, other))
}

if (import.meta.main) rounds(fuzzList)
