/** The other end: asks a running guard. */
import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { Fault } from '../base/fault.ts'
import type { Event } from '../engine/event.ts'
import type { ListedBan } from '../engine/status.ts'
import type { Command, Reply } from './command.ts'
import { request } from './http.ts'
import { checkPath } from './socket-path.ts'

const TIMEOUT_MS = 10_000
/** Files are read, filters compiled, names looked up. */
const RELOAD_TIMEOUT_MS = 60_000

/** A guard that can open no more files hangs up, and has put some by a second later. */
const TRIES = 4
const PAUSE_MS = 500

/**
 * @param limit ends the waiting, however the guard behaves, with a Fault of these
 * @throws Fault `control.absent` if no guard answers, `control.denied`, `control.silent`, `control.hung-up`, or the guard's own
 */
export async function ask<C extends Command>(socketPath: string, command: C, limit?: AbortSignal): Promise<Reply<C>> {
  const timeoutMs = command.verb === 'reload' ? RELOAD_TIMEOUT_MS : TIMEOUT_MS
  const message = JSON.stringify(command)
  const text = await send(socketPath, { path: '/v1/command', method: 'POST', message, timeoutMs, limit })
  const answer = JSON.parse(text) as { reply: Reply<C> } | Refused
  if ('reply' in answer) return answer.reply
  throw faultOf(answer)
}

interface Refused {
  readonly fault: { readonly code: string; readonly message: string; readonly hint?: string }
}

function faultOf({ fault: { code, message, hint } }: Refused): Fault {
  return new Fault(code, message, hint === undefined ? {} : { hint })
}

/** Every ban in force, or those of a jail. @param limit as that of `ask` @throws Fault as `ask` */
export async function askBans(
  socketPath: string,
  jail: string | undefined,
  limit?: AbortSignal,
): Promise<readonly ListedBan[]> {
  const query = jail === undefined ? '' : `?jail=${encodeURIComponent(jail)}`
  const text = await send(socketPath, { path: `/v1/bans${query}`, method: 'GET', timeoutMs: TIMEOUT_MS, limit })
  if (text.startsWith('{')) throw faultOf(JSON.parse(text) as Refused)
  return text.split('\n').flatMap((line) => (line === '' ? [] : (JSON.parse(line) as readonly ListedBan[])))
}

/** What the guard counts, as Prometheus reads it. @param accept which format, as HTTP says it @throws Fault as `ask` */
export async function askMetrics(socketPath: string, accept: string): Promise<string> {
  const text = await send(socketPath, { path: '/metrics', method: 'GET', accept, timeoutMs: TIMEOUT_MS })
  if (text.startsWith('{')) throw faultOf(JSON.parse(text) as Refused)
  return text
}

/** Calls `hear` with each event until the guard ends, `hear` returns false, or `signal` says so. */
export function follow(socketPath: string, hear: (event: Event) => boolean, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const asked = request({ ...to(socketPath), path: '/v1/events', ...(signal && { signal }) }, (response) => {
      let rest = ''
      response.setEncoding('utf8')
      response.on('data', (text: string) => {
        const lines = (rest + text).split('\n')
        rest = lines.pop()!
        if (!lines.every((line) => hear(JSON.parse(line) as Event))) response.destroy()
      })
      response.on('close', resolve)
    })
    asked.on('error', (error) => (signal?.aborted ? resolve() : reject(unreachable(socketPath, error))))
    asked.end()
  })
}

interface Sent {
  readonly path: string
  readonly method: 'GET' | 'POST'
  readonly accept?: string
  readonly message?: string
  readonly timeoutMs: number
  readonly limit?: AbortSignal | undefined
}

async function send(socketPath: string, sent: Sent): Promise<string> {
  for (let tries = 1; ; tries++) {
    try {
      return await once(socketPath, sent)
    } catch (thrown) {
      if (tries === TRIES || !(thrown instanceof Fault) || thrown.code !== 'control.hung-up') throw thrown
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    }
  }
}

function once(socketPath: string, { path, method, accept = '*/*', message, timeoutMs, limit }: Sent): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { ...to(socketPath, timeoutMs), path, method, headers: { accept }, ...(limit && { signal: limit }) }
    const asked = request(options, (response: IncomingMessage) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('end', () => resolve(Buffer.concat(parts).toString('utf8')))
      response.on('error', (error) => reject(unreachable(socketPath, error)))
    })
    asked.on('timeout', () =>
      asked.destroy(new Fault('control.silent', `the guard does not answer within ${timeoutMs / 1000} s`)),
    )
    asked.on('error', (error) => reject(unreachable(socketPath, error)))
    asked.end(message)
  })
}

/** A connection of its own: an agent would first compile the expressions that tell whether `localhost` is an address. */
function to(path: string, timeout = 0) {
  checkPath(path)
  return { timeout, createConnection: () => connect({ path, timeout }) }
}

function unreachable(path: string, error: Error & { code?: string }): Fault {
  if (error instanceof Fault) return error
  if (error.code === 'EACCES') {
    return new Fault('control.denied', `this user may not speak to the guard (${path})`, {
      hint: 'run it as root: sudo rampart ...',
    })
  }
  if (error.code === 'ECONNRESET' || error.code === 'EPIPE') {
    return new Fault('control.hung-up', `the guard hung up without an answer (${path})`, { cause: error })
  }
  return new Fault('control.absent', `no guard is running (nothing answers on ${path})`, {
    hint: 'start it: sudo rampart up',
    cause: error,
  })
}
