/** Sends datagrams without a pause until its standard input ends: `packets.ts FROM TO PORT PER_SECOND`. */
import { createSocket } from 'node:dgram'

const [from, to, port, perSecond] = process.argv.slice(2)
const EVERY_MS = 5
const socket = createSocket('udp4')
socket.on('error', () => {})
socket.bind({ address: from!, port: 0 }, () => {
  let due = 0
  let last = performance.now()
  setInterval(() => {
    const now = performance.now()
    due += ((now - last) * Number(perSecond)) / 1000
    last = now
    for (; due >= 1; due--) socket.send('x', Number(port), to!, () => {})
  }, EVERY_MS)
  process.stdout.write('sending\n')
})
process.stdin.on('end', () => process.exit(0)).resume()
