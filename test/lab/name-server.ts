/**
 * A program of the lab: a name server that knows what standard input says, `NAME ADDRESS...` on each line, `silent NAME` for
 * one that it never answers, and tells each question. `name-server.ts ADDRESS`
 */
import { createSocket } from 'node:dgram'
import { readFileSync } from 'node:fs'

const known = new Map<string, readonly string[]>()
const silent = new Set<string>()
for (const line of readFileSync(0, 'utf8').trim().split('\n')) {
  const [name = '', ...addresses] = line.split(' ')
  if (name === 'silent') for (const one of addresses) silent.add(one)
  else known.set(name, addresses)
}

const PTR = 12
const AAAA = 28
const server = createSocket(process.argv[2]!.includes(':') ? 'udp6' : 'udp4')
server.on('message', (message, { address, port }) => {
  const { name, kind, end } = question(message)
  process.stdout.write(`asked ${name}\n`)
  if (silent.has(name) || silent.has('*')) return
  const values =
    kind === PTR
      ? [...known].filter(([, list]) => list.some((one) => reversed(one) === name)).map(([host]) => encoded(host))
      : []
  const answers =
    kind === PTR ? values : (known.get(name) ?? []).filter((one) => one.includes(':') === (kind === AAAA)).map(bytesOf)
  const isKnown = known.has(name) || answers.length > 0
  const header = Buffer.from([
    message[0]!,
    message[1]!,
    0x81,
    isKnown ? 0x80 : 0x83,
    0,
    1,
    0,
    answers.length,
    0,
    0,
    0,
    0,
  ])
  const rows = answers.map((value) =>
    Buffer.concat([Buffer.from([0xc0, 12, 0, kind, 0, 1, 0, 0, 0, 60, 0, value.length]), value]),
  )
  server.send(Buffer.concat([header, message.subarray(12, end), ...rows]), port, address)
})
server.bind(53, process.argv[2], () => process.stdout.write('ready\n'))

function question(message: Buffer): { readonly name: string; readonly kind: number; readonly end: number } {
  const labels: string[] = []
  let at = 12
  for (let length = message[at]!; length > 0; length = message[at]!) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length))
    at += length + 1
  }
  return { name: labels.join('.').toLowerCase(), kind: message.readUInt16BE(at + 1), end: at + 5 }
}

function bytesOf(address: string): Buffer {
  if (!address.includes(':')) return Buffer.from(address.split('.').map(Number))
  const [head = '', tail = ''] = address.split('::')
  const [front, back] = [head, tail].map((part) =>
    part === '' ? [] : part.split(':').map((word) => Number.parseInt(word, 16)),
  )
  const words = [...front!, ...new Array<number>(8 - front!.length - back!.length).fill(0), ...back!]
  return Buffer.from(words.flatMap((word) => [word >> 8, word & 255]))
}

function encoded(name: string): Buffer {
  return Buffer.concat([
    ...name.split('.').map((label) => Buffer.from([label.length, ...Buffer.from(label)])),
    Buffer.from([0]),
  ])
}

function reversed(address: string): string {
  return `${address.split('.').reverse().join('.')}.in-addr.arpa`
}
