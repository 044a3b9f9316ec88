/** One command to the server, and its answer printed as Fail2ban's client prints it. */
import { asFault, type Fault } from '../../base/fault.ts'
import { printable } from '../../base/printable.ts'
import { repr } from '../../base/python-repr.ts'
import { type Answer, askFail2ban } from '../../control/fail2ban/client.ts'
import type { Value } from '../../control/fail2ban/value.ts'
import type { Setting } from '../setting.ts'
import { beautify, beautifyError } from './beautify.ts'
import { complainTo } from './complain.ts'

export interface Sending {
  readonly setting: Setting
  readonly socket: string
  /** For the answer; 0: as long as it takes. */
  readonly timeoutMs: number
}

/** @returns whether it was done */
export async function send(sending: Sending, words: readonly string[], message: readonly Value[] = words) {
  const { setting, socket, timeoutMs } = sending
  const answer = await asked(socket, message, timeoutMs)
  if ('fault' in answer) {
    complainTo(setting)(unreachable(answer.fault, socket, words[0]))
    return false
  }
  return answer.code === 0 ? told(setting, words, answer.value) : refused(setting, answer.value)
}

/** Whether a server answers there. */
export async function answers(socket: string, timeoutMs: number): Promise<boolean> {
  const answer = await asked(socket, ['ping'], timeoutMs)
  return !('fault' in answer) && answer.code === 0
}

async function asked(socket: string, message: readonly Value[], timeoutMs: number): Promise<Answer | { fault: Fault }> {
  try {
    return await askFail2ban(socket, message, timeoutMs)
  } catch (thrown) {
    return { fault: asFault(thrown, 'fail2ban.failed') }
  }
}

function told(setting: Setting, words: readonly string[], answer: Value): true {
  const text = beautify(words, answer)
  if (text === undefined) complainTo(setting)(`an answer of another form: ${repr(answer)}`)
  setting.terminal.out(`${shown(setting.terminal, text ?? repr(answer))}\n`)
  return true
}

function refused(setting: Setting, error: Value): false {
  const { reason, text } = beautifyError(error) ?? { reason: `NOK: ${repr(error)}`, text: repr(error) }
  complainTo(setting)(reason)
  setting.terminal.out(`${shown(setting.terminal, text)}\n`)
  return false
}

/** As it came, but for what a terminal would obey: names and lines in it are hostile. */
function shown({ columns }: Setting['terminal'], text: string): string {
  return columns === undefined ? text : text.replace(/[^\t\n]+/g, printable)
}

function unreachable({ code, message }: Fault, socket: string, verb: string | undefined): string {
  const path = printable(socket)
  switch (code) {
    case 'fail2ban.no-socket':
    case 'control.long-path':
      return `Failed to access socket path: ${path}. Is fail2ban running?`
    case 'fail2ban.denied':
      return `Permission denied to socket: ${path}, (you must be root)`
    case 'fail2ban.no-server': {
      if (socket === '') return 'Failed to access socket path: . Is fail2ban running?'
      const refused = '[Errno 111] Connection refused'
      return verb === 'ping' ? refused : `[${refused}] Unable to contact server. Is it running?`
    }
    default:
      return message
  }
}
