/** A program of the lab: one connection from a given address, its bytes on standard input and output. `netcat.ts FROM HOST PORT` */
import { connect } from 'node:net'

const [from, host, port] = process.argv.slice(2) as [string, string, string]
const socket = connect({ localAddress: from, host, port: Number(port) })
socket.on('error', (error) => {
  process.stderr.write(error.message)
  process.exit(1)
})
process.stdin.pipe(socket)
socket.pipe(process.stdout)
socket.on('close', () => process.exit(0))
