/** A scene with one attacker: what it asks for, its ban, then its next request beside a visitor's. */
import { printDuration } from '../../src/base/duration.ts'
import { paint } from '../../src/cli/print.ts'
import type { Banned } from './ledger.ts'
import { milliseconds, row, status, title } from './row.ts'
import type { Stage } from './stage.ts'

export interface Attack {
  readonly number: number
  readonly title: string
  readonly attacker: string
  readonly visitor: string
  readonly requests: readonly { readonly shown: string; readonly path: string; readonly options?: readonly string[] }[]
}

/** How long the banned client waits in vain. */
const HANG_SECONDS = 3

export async function loneAttacker(stage: Stage, attack: Attack): Promise<void> {
  const { screen } = stage
  const lines: string[] = [title(screen.terminal, attack.number, attack.title)]
  let last: () => string[] = () => []
  screen.play(() => [...lines, ...last()])
  await stage.pause(1200)

  for (const request of attack.requests) {
    const { shown, path, options = [] } = request
    last = () => [row(screen.terminal, 'attacker', attack.attacker, shown)]
    const code = await stage.request(attack.attacker, path, 1, ...options)
    lines.push(row(screen.terminal, 'attacker', attack.attacker, shown, status(screen.terminal, code)))
    last = () => []
    // The ban is shown as soon as it is there.
    if (request !== attack.requests.at(-1)) await stage.pause(attack.requests.length > 3 ? 450 : 900)
  }
  lines.push(...banRows(stage, await stage.banned(attack.attacker)))
  await stage.pause(2200)

  const waiting = hang(stage, attack.attacker)
  last = () => [waiting.row()]
  await stage.pause(900)
  const code = await stage.visitors.ask(attack.visitor, '/')
  const visit = row(screen.terminal, 'visitor', attack.visitor, 'GET /', status(screen.terminal, code))
  last = () => [waiting.row(), visit]
  await waiting.over
  await stage.pause(1200)
  screen.settle()
}

/** A request that shall get no answer: its row tells how long it waits. @throws Error if it is answered */
export function hang(stage: Stage, attacker: string): { row(): string; readonly over: Promise<void> } {
  const { terminal } = stage.screen
  const start = performance.now()
  const seconds = stage.screen.live ? HANG_SECONDS : 1
  let waited: number | undefined
  const over = stage.request(attacker, '/', seconds).then((code) => {
    if (code !== 0) throw new Error(`${attacker} is banned and was answered ${code}`)
    waited = performance.now() - start
  })
  return {
    over,
    row: () => {
      const text = `${((waited ?? performance.now() - start) / 1000).toFixed(1)} s`
      const outcome = waited === undefined ? `waits ${text}` : `no answer, ${text}`
      return row(terminal, 'attacker', attacker, 'GET /', paint(terminal, 'yellow', outcome))
    },
  }
}

function banRows({ screen: { terminal } }: Stage, { ban, set, ms }: Banned): string[] {
  const lasts = ban.until === undefined ? 'for ever' : `for ${printDuration(Math.round((ban.until - ban.time) / 1000))}`
  const soon = ms === undefined ? '' : ` after ${milliseconds(ms)}`
  return [
    row(terminal, 'rampart', ban.address, paint(terminal, 'bold', `banned ${lasts} by ${ban.jail}`)),
    row(terminal, 'kernel', ban.address, `in set ${set}${soon}`),
  ]
}
