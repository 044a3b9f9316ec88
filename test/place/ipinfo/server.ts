/** A server that speaks ipinfo.io's API: single, batch, lite, by HTTP on loopback; and the faults that such a one has. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'

export type Rows = Readonly<Record<string, object>>

export interface Service {
  readonly url: string
  /** `POST batch 3`, `GET 8.8.8.8/json`: in the order in which they came. */
  readonly asked: string[]
  /** What was sent as authorization, with each. */
  readonly tokens: (string | undefined)[]
}

export interface Offer {
  /** The ways that there are; others are 403, or this status. */
  readonly ways: readonly ('batch' | 'batch/lite' | 'json' | 'lite' | 'lookup')[]
  readonly refusal?: number
  /** Answers in its place, by the number of the request, from 1. false: as always. */
  readonly instead?: (number: number, answer: ServerResponse, asked: string) => boolean
}

export async function service(t: TestContext, rows: Rows, offer: Offer): Promise<Service> {
  const asked: string[] = []
  const tokens: (string | undefined)[] = []
  const server = createServer(async (request, answer) => {
    const body = await bodyOf(request)
    const path = decodeURIComponent(request.url!.slice(1))
    asked.push(`${request.method} ${path}${body === '' ? '' : ` ${JSON.parse(body).length}`}`)
    tokens.push(request.headers.authorization)
    if (offer.instead?.(asked.length, answer, path)) return
    respond(offer, rows, path, body, answer)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, tokens }
}

export function json(answer: ServerResponse, value: unknown): void {
  answer.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}

function respond({ ways, refusal = 403 }: Offer, rows: Rows, path: string, body: string, answer: ServerResponse): void {
  const way = path.startsWith('batch') ? path : (path.match(/json$|^lite|^lookup/)?.[0] ?? '')
  const row = (address: string) => rows[address] ?? { ip: address }
  if (!(ways as readonly string[]).includes(way)) answer.writeHead(refusal).end('{"error":"no"}')
  else if (body !== '') json(answer, Object.fromEntries((JSON.parse(body) as string[]).map((ip) => [ip, row(ip)])))
  else json(answer, row(path.replace(/\/json$|^lite\/|^lookup\//, '')))
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const piece of request) text += piece
  return text
}
