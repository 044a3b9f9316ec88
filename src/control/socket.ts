/**
 * The guard's end of the control API: HTTP with JSON on a unix socket. The socket is 0600 in a folder 0700, so the kernel
 * itself admits root alone.
 *
 *   POST /v1/command      a Command; the answer is {"reply": ...} or {"fault": {code, message, hint}}
 *   GET  /v1/events       events from now on, one JSON object a line, until the caller hangs up
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { asFault, Fault } from '../base/fault.ts'
import type { Engine } from '../engine/engine.ts'
import type { Files } from '../world/files.ts'
import { type Command, execute } from './command.ts'
import { createServer } from './http.ts'

const MAX_MESSAGE_BYTES = 1024 * 1024
const MAX_CLIENTS = 32
const READ_TIMEOUT_MS = 5000

export interface ControlServer {
  close(): Promise<void>
}

/**
 * Serves an engine on a socket.
 * @throws Fault `control.running` if another guard answers there, `control.socket` if it cannot be made
 */
export async function serve(engine: Engine, files: Files, path: string): Promise<ControlServer> {
  // Without a slash, or directly below the root, there is no folder to make.
  const folder = path.slice(0, Math.max(0, path.lastIndexOf('/')))
  if (folder !== '') files.makeFolder(folder, 0o700)
  if (await answers(path)) {
    throw new Fault('control.running', `another guard answers on ${path}`, { hint: 'see it with: rampart status' })
  }
  files.remove(path) // Left behind by one that was killed.
  const server = createServer((request, response) => {
    handle(engine, request, response).catch((thrown) => refuse(response, thrown))
  })
  server.maxConnections = MAX_CLIENTS
  server.headersTimeout = READ_TIMEOUT_MS
  server.requestTimeout = READ_TIMEOUT_MS
  server.keepAliveTimeout = READ_TIMEOUT_MS
  await listen(server, path)
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function handle(engine: Engine, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const route = `${request.method} ${request.url?.split('?')[0]}`
  if (route === 'GET /v1/events') return stream(engine, response)
  if (route !== 'POST /v1/command') throw new Fault('control.bad-command', `there is nothing at ${route}`)
  const command = parse(await body(request))
  const reply = await execute(engine, 'operate', command)
  send(response, 200, { reply })
}

function stream(engine: Engine, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/x-ndjson' })
  response.flushHeaders()
  const silence = engine.listen((event) => {
    // Who does not read is let go rather than buffered for.
    if (response.writableLength > MAX_MESSAGE_BYTES) response.destroy()
    else response.write(`${JSON.stringify(event)}\n`)
  })
  response.on('close', silence)
}

function body(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = []
    let size = 0
    request.on('data', (part: Buffer) => {
      size += part.length
      if (size > MAX_MESSAGE_BYTES) {
        reject(new Fault('control.bad-command', `a message of more than ${MAX_MESSAGE_BYTES} bytes`))
        request.destroy()
      } else parts.push(part)
    })
    request.on('end', () => resolve(Buffer.concat(parts).toString('utf8')))
    request.on('error', reject)
  })
}

/** The shape is checked where each value is used: what is no Command is refused by `execute`. */
function parse(text: string): Command {
  try {
    const value: unknown = JSON.parse(text)
    if (isCommand(value)) return value
  } catch {
    // Told below.
  }
  throw new Fault('control.bad-command', 'the message is not a command')
}

function isCommand(value: unknown): value is Command {
  if (typeof value !== 'object' || value === null || !('verb' in value)) return false
  const texts = ['verb', 'jail', 'lasts', 'address'] as const
  const given = value as Record<string, unknown>
  if (!texts.every((name) => given[name] === undefined || typeof given[name] === 'string')) return false
  const { addresses } = given
  if (addresses === undefined) return given['verb'] !== 'ban' && given['verb'] !== 'unban'
  return Array.isArray(addresses) && addresses.every((one) => typeof one === 'string')
}

function refuse(response: ServerResponse, thrown: unknown): void {
  const { code, message, hint } = asFault(thrown, 'control.failed')
  if (!response.headersSent)
    send(response, code === 'control.forbidden' ? 403 : 400, { fault: { code, message, hint } })
}

function send(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    // Stays: an error of a later accept must not end the guard.
    server.on('error', (error) => reject(new Fault('control.socket', `cannot listen on ${path}: ${error.message}`)))
    // Nobody may connect between the making of the socket and a chmod of it: the mask makes it 0600 from the start.
    const mask = process.umask(0o177)
    server.listen(path, () => resolve())
    process.umask(mask)
  })
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}
