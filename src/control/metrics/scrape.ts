/** `GET /metrics`: what the guard counts, in the format that is asked for. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Asked, execute } from '../command.ts'
import { CONTENT_TYPES, exposition, formatOf } from './exposition.ts'
import { families } from './families.ts'

/** For each piece of the answer to be taken. */
const TIMEOUT_MS = 5000

export async function scrape(asked: Asked, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const format = formatOf(request.headers.accept)
  const figures = await execute(asked, 'read', { verb: 'metrics' })
  response.writeHead(200, { 'content-type': CONTENT_TYPES[format] }).end(exposition(families(figures), format))
  response.setTimeout(TIMEOUT_MS)
}
