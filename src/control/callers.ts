/**
 * Who is connected to the control socket, and what they may take of the guard: so many connections, so many that hear
 * events, so much of messages that are not whole yet. Whoever owes a request longest makes room for one who comes, so that
 * callers who say nothing keep nobody out.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Fault } from '../base/fault.ts'

export interface Callers {
  /** The whole message. @throws Fault `control.bad-command` if it is too long or does not say how long, `control.busy` if all together are too long */
  message(request: IncomingMessage): Promise<string>
  /** From here on until it has its answer, or hangs up, it keeps its place. */
  answer(response: ServerResponse): void
  /** Likewise, until it hangs up. @throws Fault `control.busy` */
  hear(response: ServerResponse): void
}

const MAX_CALLERS = 32
/** Those that hear events stay: half of the places are kept for others. */
const MAX_HEARERS = 16
const MAX_MESSAGE_BYTES = 1024 * 1024
/** Of all messages that are on their way. */
const MAX_UNREAD_BYTES = 2 * MAX_MESSAGE_BYTES
/** Messages of this size are always taken. */
const SMALL_BYTES = 4096

/** @param serve is handed each request, one at a time of each caller */
export function callers(server: Server, serve: (request: IncomingMessage, response: ServerResponse) => void): Callers {
  const all = new Set<Socket>()
  /** Those of whom a request is owed, in the order in which they came to owe it. */
  const owing = new Set<Socket>()
  const asking = new WeakSet<Socket>()
  let hearers = 0
  let unread = 0
  const leave = (socket: Socket) => {
    all.delete(socket)
    owing.delete(socket)
  }
  server.on('connection', (socket: Socket) => {
    if (all.size >= MAX_CALLERS) {
      const [longest = socket] = owing
      leave(longest)
      longest.destroy()
    }
    if (socket.destroyed) return
    all.add(socket)
    owing.add(socket)
    socket.on('close', () => leave(socket))
  })
  server.on('request', (request, response) => {
    const { socket } = request
    // A second request before the first has its answer: thousands can be sent in one breath.
    if (asking.has(socket)) return void socket.destroy()
    asking.add(socket)
    response.on('close', () => asking.delete(socket))
    serve(request, response)
  })
  const answer = (response: ServerResponse) => {
    const { socket } = response
    if (!socket) return
    owing.delete(socket)
    response.on('close', () => all.has(socket) && owing.add(socket))
  }
  return {
    answer,
    hear(response) {
      if (hearers >= MAX_HEARERS) throw new Fault('control.busy', `${MAX_HEARERS} callers hear events already`)
      hearers++
      response.on('close', () => hearers--)
      answer(response)
    },
    async message(request) {
      const size = sizeOf(request)
      if (unread + size > MAX_UNREAD_BYTES && size > SMALL_BYTES)
        throw new Fault('control.busy', 'too many long messages at once')
      unread += size
      try {
        return await text(request, size)
      } finally {
        unread -= size
      }
    },
  }
}

/** As it was announced: what is too long is refused before it is read. */
function sizeOf({ headers }: IncomingMessage): number {
  const size = Number(headers['content-length'])
  if (Number.isSafeInteger(size) && size <= MAX_MESSAGE_BYTES) return size
  const why = headers['content-length'] === undefined ? 'no Content-Length' : `more than ${MAX_MESSAGE_BYTES} bytes`
  throw new Fault('control.bad-command', `a message of ${why}`)
}

async function text(request: IncomingMessage, size: number): Promise<string> {
  const whole = Buffer.allocUnsafe(size)
  let at = 0
  for await (const part of request as AsyncIterable<Buffer>) at += part.copy(whole, at)
  return whole.toString('utf8', 0, at)
}
