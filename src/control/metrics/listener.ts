/**
 * `GET /metrics` on a port of the loopback, for a Prometheus that reads no unix sockets. Any user of this host may ask there, so
 * nothing else is answered, and nothing of what is told names an address.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { Fault } from '../../base/fault.ts'
import type { ListenAt } from '../../config/settings.ts'
import type { World } from '../../world/world.ts'
import { callers } from '../callers.ts'
import type { Asked } from '../command.ts'
import { createServer } from '../http.ts'
import type { ControlServer } from '../socket.ts'
import { scrape } from './scrape.ts'

const TIMEOUT_MS = 5000
/** Whether another port is wanted, or one that was taken is free. */
const LOOK_EVERY_MS = 1000
const TOPIC = 'metrics'

/** @param wanted where, as the configuration says now; undefined: nowhere */
export function listening(
  asked: Asked,
  { clock }: Pick<World, 'clock'>,
  wanted: () => ListenAt | undefined,
): ControlServer {
  let open: { readonly at: string; readonly server: Server } | undefined
  let last: Promise<void> = Promise.resolve()
  let isOver = false

  async function look(): Promise<void> {
    const at = isOver ? undefined : wanted()
    if (open?.at === textOf(at)) return
    if (open) await closed(open.server)
    open = undefined
    try {
      if (at) open = { at: textOf(at), server: await opened(asked, at) }
      asked.engine.over(TOPIC)
    } catch (thrown) {
      const why = thrown instanceof Error ? thrown.message : String(thrown)
      const hint = 'metrics in fail2ban.local says which: another program may have it'
      asked.engine.fault(new Fault('metrics.port', `metrics cannot be told on ${textOf(at)}: ${why}`, { hint }), TOPIC)
    }
  }
  const inTurn = () => {
    last = last.then(look)
    return last
  }
  void inTurn()
  const cancel = clock.every(LOOK_EVERY_MS, () => void inTurn())
  return {
    close() {
      cancel()
      isOver = true
      return inTurn()
    },
  }
}

function textOf(at: ListenAt | undefined): string {
  if (!at) return ''
  return at.host.includes(':') ? `[${at.host}]:${at.port}` : `${at.host}:${at.port}`
}

function opened(asked: Asked, { host, port }: ListenAt): Promise<Server> {
  const server = createServer({ connectionsCheckingInterval: 1000 })
  const guests = callers(server, (request, response) => {
    guests.answer(response)
    answer(asked, request, response).catch(() => response.destroy())
  })
  server.headersTimeout = TIMEOUT_MS
  server.requestTimeout = TIMEOUT_MS
  server.keepAliveTimeout = TIMEOUT_MS
  return new Promise((resolve, reject) => {
    server.on('error', reject)
    server.listen({ host, port, ipv6Only: true }, () => resolve(server))
  })
}

async function answer(asked: Asked, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = request.url?.split('?')[0]
  if (!isOwnName(request.headers.host)) return refuse(response, 403, 'ask for 127.0.0.1, ::1 or localhost')
  if (path !== '/metrics') return refuse(response, 404, 'there is /metrics')
  if (request.method !== 'GET') return refuse(response, 405, 'ask with GET')
  return scrape(asked, request, response)
}

/** A page in a browser of this host may have another name lead here (DNS rebinding). */
function isOwnName(host: string | undefined): boolean {
  return /^(127(\.\d{1,3}){3}|\[::1\]|localhost)(:\d+)?$/i.test(host ?? '')
}

/** What else he sends is not worth reading. */
function refuse(response: ServerResponse, status: number, why: string): void {
  response.setHeader('connection', 'close').once('finish', () => response.req.destroy())
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${why}\n`)
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
