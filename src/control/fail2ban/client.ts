/** The other end of Fail2ban's socket: asks a guard, or an original server. */
import { connect, type Socket } from 'node:net'
import { Fault } from '../../base/fault.ts'
import { checkPath } from '../socket-path.ts'
import { CLOSE, END, Frames } from './frame.ts'
import { pickle } from './pickle.ts'
import { LIMITS, unpickle } from './unpickle.ts'
import { isTuple, type Value } from './value.ts'

export interface Answer {
  /** 0: it was done; 1: `value` is the exception that says why not. */
  readonly code: number
  readonly value: Value
}

/** What a server may answer: 50,000 bans and more. */
const ANSWER = { ...LIMITS, bytes: 256 * 1024 * 1024, values: 20_000_000 }

/**
 * @param timeout in ms, for the whole answer; 0: as long as it takes
 * @throws Fault `fail2ban.no-socket` if there is none, `fail2ban.no-server` if nobody answers on it, `fail2ban.denied`,
 * `fail2ban.hung-up`, `fail2ban.silent`, `fail2ban.not-an-answer`; the system's own error is its cause
 */
export async function askFail2ban(path: string, words: readonly Value[], timeout: number): Promise<Answer> {
  const message = await exchanged(path, Buffer.concat([pickle(words), Buffer.from(END)]), timeout)
  const value = unpickle(message, ANSWER)
  const [code, answer] = isTuple(value) ? value.tuple : []
  if (!isTuple(value) || value.tuple.length !== 2 || typeof code !== 'number') {
    throw new Fault('fail2ban.not-an-answer', 'what was answered is no pair of a code and a value')
  }
  return { code, value: answer }
}

function exchanged(path: string, bytes: Buffer, timeout: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    checkPath(path)
    const socket = connect({ path })
    const frames = new Frames()
    const timer = timeout > 0 ? setTimeout(() => fail(silent(timeout)), timeout) : undefined
    const fail = (fault: Fault) => {
      clearTimeout(timer)
      socket.destroy()
      reject(fault)
    }
    socket.on('error', (error) => fail(unreachable(path, error)))
    socket.on('close', () => fail(new Fault('fail2ban.hung-up', `the server hung up without an answer (${path})`)))
    socket.on('connect', () => socket.write(bytes))
    socket.on('data', (piece) => {
      const [message] = frames.push(piece)
      if (frames.pending > ANSWER.bytes) fail(new Fault('fail2ban.not-an-answer', 'the answer has no end'))
      if (!message) return
      clearTimeout(timer)
      resolve(message)
      close(socket)
    })
  })
}

/** It is told that nothing more comes, and need not be waited for. */
function close(socket: Socket): void {
  socket.end(`${CLOSE}${END}`)
  socket.unref()
}

function silent(timeout: number): Fault {
  return new Fault('fail2ban.silent', `the server does not answer within ${timeout / 1000} s`)
}

function unreachable(path: string, error: Error & { code?: string }): Fault {
  const { code, message } = CODES[error.code ?? ''] ?? { code: 'fail2ban.no-server', message: 'nothing answers on' }
  return new Fault(code, `${message} ${path}`, { cause: error })
}

const CODES: Readonly<Record<string, { readonly code: string; readonly message: string }>> = {
  ENOENT: { code: 'fail2ban.no-socket', message: 'there is no socket' },
  EACCES: { code: 'fail2ban.denied', message: 'this user may not speak to' },
  EPERM: { code: 'fail2ban.denied', message: 'this user may not speak to' },
  ECONNRESET: { code: 'fail2ban.hung-up', message: 'the server hung up on' },
  EPIPE: { code: 'fail2ban.hung-up', message: 'the server hung up on' },
}
