/**
 * The guard's end of the control API: HTTP with JSON on a unix socket. The socket is 0600 in a folder 0700, so the kernel
 * itself admits root alone.
 *
 *   POST /v1/command      a Command; the answer is {"reply": ...} or {"fault": {code, message, hint}}
 *   GET  /v1/bans?jail=   bans in force, JSON lists of them, one a line; of all jails without `jail`
 *   GET  /metrics         what is counted, as Prometheus reads it
 *   GET  /v1/events       events from now on, one JSON object a line, until the caller hangs up
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { asFault, Fault } from '../base/fault.ts'
import { turn } from '../store/turn.ts'
import type { World } from '../world/world.ts'
import { type Callers, callers } from './callers.ts'
import { ask } from './client.ts'
import { type Asked, execute, listBans } from './command.ts'
import { holdSocket } from './hold-socket.ts'
import { createServer } from './http.ts'
import { parseCommand } from './message.ts'

/** For a whole request, and for each piece of an answer to be taken. */
const TIMEOUT_MS = 5000
/** Events that a caller has not taken. */
const MAX_UNTAKEN_BYTES = 256 * 1024

export interface ControlServer {
  close(): Promise<void>
}

/**
 * Serves the guard on a socket. Where it cannot be made, or is taken away later, that is a fault of the engine, and it is
 * tried again: what guards goes on without.
 * @throws Fault `control.running` if another guard answers there
 */
export async function serve(asked: Asked, { files, clock }: World, path: string): Promise<ControlServer> {
  const holding = await holdSocket({ files, clock }, path, {
    make() {
      const server = serverOf(asked)
      return { server, hangUp: () => server.closeAllConnections() }
    },
    mask: 0o177,
    holder,
    onFault: (fault) => (fault ? asked.engine.fault(fault, 'socket') : asked.engine.over('socket')),
  })
  return { close: () => holding.close() }
}

async function holder(path: string): Promise<string> {
  try {
    const { pid } = await ask(path, { verb: 'ping' })
    return ` (process ${pid})`
  } catch {
    return ''
  }
}

function serverOf(asked: Asked): Server {
  // Node looks for callers that are late only this often.
  const server = createServer({ connectionsCheckingInterval: 1000 })
  const guests: Callers = callers(server, (request, response) => {
    handle(asked, guests, request, response).catch((thrown) => refuse(response, thrown))
  })
  server.headersTimeout = TIMEOUT_MS
  server.requestTimeout = TIMEOUT_MS
  server.keepAliveTimeout = TIMEOUT_MS
  // Who has said all that he wants to say, and shuts his half, is answered. Node has it, its types do not.
  Object.assign(server, { httpAllowHalfOpen: true })
  return server
}

async function handle(
  asked: Asked,
  guests: Callers,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [path, query] = (request.url ?? '').split('?')
  const route = `${request.method} ${path}`
  if (route === 'GET /v1/events') return stream(asked, guests, response)
  if (route === 'GET /v1/bans') {
    const jail = new URLSearchParams(query).get('jail') ?? undefined
    const bans = listBans(asked, 'operate', jail)
    guests.answer(response)
    return list(response, bans)
  }
  if (route === 'GET /metrics') return tellMetrics(asked, guests, request, response)
  if (route !== 'POST /v1/command') throw new Fault('control.bad-command', `there is nothing at ${route}`)
  const command = parseCommand(await guests.message(request))
  guests.answer(response)
  const reply = await execute(asked, 'operate', command)
  send(response, 200, { reply })
}

/** As fast as the caller takes them; between two pieces everything else has its turn. */
async function list(response: ServerResponse, pieces: Iterable<readonly unknown[]>): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/x-ndjson' })
  response.setTimeout(TIMEOUT_MS, () => response.destroy())
  const gone = new Promise<void>((resolve) => response.once('close', resolve))
  for (const piece of pieces) {
    const isTaken = response.write(`${JSON.stringify(piece)}\n`)
    await Promise.race([gone, isTaken ? turn() : new Promise<void>((resolve) => response.once('drain', resolve))])
    if (response.destroyed) return
  }
  response.end()
}

async function tellMetrics(
  asked: Asked,
  guests: Pick<Callers, 'answer'>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  guests.answer(response)
  // Most hosts have nobody who asks.
  const { scrape } = await import('./metrics/scrape.ts')
  await scrape(asked, request, response)
}

function stream({ engine }: Asked, guests: Callers, response: ServerResponse): void {
  guests.hear(response)
  response.writeHead(200, { 'content-type': 'application/x-ndjson' })
  response.flushHeaders()
  const silence = engine.listen((event) => {
    // Who does not read is let go rather than buffered for.
    if (response.writableLength > MAX_UNTAKEN_BYTES) response.destroy()
    else response.write(`${JSON.stringify(event)}\n`)
  })
  response.on('close', silence)
}

function refuse(response: ServerResponse, thrown: unknown): void {
  const { code, message, hint } = asFault(thrown, 'control.failed')
  if (response.headersSent) return
  // What else he sends is not worth reading.
  response.setHeader('connection', 'close').once('finish', () => response.req.destroy())
  send(response, STATUS[code] ?? 400, { fault: { code, message, hint } })
}

const STATUS: Readonly<Record<string, number>> = { 'control.forbidden': 403, 'control.busy': 503 }

function send(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
  response.setTimeout(TIMEOUT_MS)
}
