/** One command of an action, run by the shell: bounded in time and output, with an environment that holds its values alone. */
import { Fault, type Place } from '../base/fault.ts'
import type { Exit, Run } from '../world/run.ts'
import type { Rendered } from './script.ts'

/**
 * `hung`: it took too long and was killed. `cut`: the guard ends and waits for it no longer. `missed`: the host had no
 * means to run it.
 */
export type Outcome = 'done' | 'failed' | 'hung' | 'cut' | 'missed'

export interface Running {
  readonly run: Run
  readonly timeoutMs: number
  /** Ends it, and everything after it. */
  readonly cut: AbortSignal
}

export interface Ran {
  readonly outcome: Outcome
  readonly exit: Exit
}

/** What it started and left behind runs on, as a daemon that `actionstart` starts does. Never throws. */
export async function runCommand({ text, env }: Rendered, { run, timeoutMs, cut }: Running): Promise<Ran> {
  if (cut.aborted) return { outcome: 'cut', exit: NOT_RUN }
  const exit = await run.once(['/bin/sh', '-c', `umask 077\n${text}`], {
    env: { HOME: '/root', ...env },
    folder: '/',
    timeoutMs,
    askMs: ASK_MS,
    maxOutputBytes: MAX_OUTPUT_BYTES,
    mayLeave: true,
    cut,
  })
  return { outcome: outcomeOf(exit, cut), exit }
}

const MAX_OUTPUT_BYTES = 64 * 1024
/** Between SIGTERM and SIGKILL, about as in Fail2ban. */
const ASK_MS = 400

const NOT_RUN: Exit = { code: 127, out: '', err: '', timedOut: false }

function outcomeOf({ code, timedOut, notStarted }: Exit, { aborted }: AbortSignal): Outcome {
  if (notStarted) return 'missed'
  if (timedOut) return 'hung'
  if (code === 0) return 'done'
  return aborted ? 'cut' : 'failed'
}

/** What a person is told of one that did not do its work. @param what such as `actionban for 192.0.2.1` */
export function commandFault(
  { outcome, exit }: Ran,
  of: { readonly jail: string; readonly action: string; readonly at: Place },
  what: string,
  timeoutMs: number,
): Fault {
  const who = `jail ${of.jail}, action ${of.action}: ${what}`
  if (outcome === 'hung') {
    const hint =
      'what hangs in it keeps the other bans of this jail waiting; timeout = ... in the action makes it shorter'
    return new Fault('action.hung', `${who} took longer than ${timeoutMs / 1000} s and was killed`, { at: of.at, hint })
  }
  if (outcome === 'missed') return new Fault('action.missed', `${who} could not be run: ${exit.err}`, { at: of.at })
  const said = lastLine(exit.err) ?? lastLine(exit.out)
  return new Fault('action.failed', `${who} ended with ${exit.code}${said === undefined ? '' : `: ${said}`}`, {
    at: of.at,
  })
}

/** Shells tell the number of a line that nobody wrote. */
function lastLine(text: string): string | undefined {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return lines.at(-1)?.slice(0, MAX_SAID)
}

const MAX_SAID = 300
