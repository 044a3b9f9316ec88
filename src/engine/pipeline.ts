/**
 * The pipeline, on one screen: what the reader found becomes failures, failures become decisions, decisions are performed.
 * One batch is decided upon after the other, so that a log's position is kept with the decisions that it led to; none
 * waits for the kernel, the disk or an answer that another needs.
 */

import type { Network } from '../base/address.ts'
import { asFault, type Fault } from '../base/fault.ts'
import type { Decision } from '../jail/decision.ts'
import { asksEarlier, step } from '../jail/jail.ts'
import type { Deed } from '../store/deed.ts'
import type { Recall } from '../store/recall.ts'
import type { Asking } from './asking/asking.ts'
import type { Answer } from './asking/failure-answer.ts'
import { bansBefore, enquire, eventOf, type FailureEvent, rememberingBannable } from './enquire.ts'
import { type HeldJail, RECIDIVE } from './held-jail.ts'
import { isOffence, offenceOf } from './history/repeat-offenders.ts'
import type { Batch, Found } from './reader/report.ts'
import type { SteadyClock } from './steady-clock.ts'

export interface Pipeline {
  /** Takes a batch; resolves when it has been decided upon, but for what asks the world first. */
  take(batch: Batch): Promise<void>
  /** Resolves when all that was taken is decided upon. */
  settled(): Promise<void>
  /** What bans by other jails come to in that of repeat offenders. */
  repeated(decisions: readonly Decision[]): Promise<Decision[]>
  /** Marks of logs that have moved without a failure since they were last asked for. */
  takeMarks(): NonNullable<Deed['positions']>
  readonly lines: () => number
}

export interface PipelineParts {
  readonly clock: SteadyClock
  readonly history: Recall
  readonly jail: (name: string) => HeldJail | undefined
  /** Takes failures that ask the world first. */
  readonly asking: Pick<Asking, 'takes'> | undefined
  readonly perform: (decisions: readonly Decision[], along: Deed) => Promise<void>
  /** Called before a ban may be decided upon, however often: who may be banned is asked after it. */
  readonly beforeBan: () => void
  /** What goes wrong in one jail stays there: the others go on. */
  readonly onFault: (jail: string, fault: Fault) => void
}

export function pipeline({ clock, history, jail, asking, perform, beforeBan, onFault }: PipelineParts): Pipeline {
  const meant = rememberingBannable()
  const marks = new Map<string, NonNullable<Deed['positions']>[number]>()
  let lines = 0
  let last: Promise<void> = Promise.resolve()

  async function decide(batch: Batch): Promise<void> {
    lines += batch.lines
    const decisions: Decision[] = []
    for (const found of batch.failures) {
      const held = jail(found.jail)
      if (!held || asking?.takes(found, held, hear)) continue
      try {
        const asked = enquire(found, held.state, history, meant)
        const event = asked instanceof Promise ? await asked : asked
        if (!event) continue
        // The history is asked where it may come to a ban.
        if (asked instanceof Promise) beforeBan()
        const crowd = count(held, event, decisions)
        if (crowd) decisions.push(...(await banNetwork(held, crowd)))
      } catch (thrown) {
        onFault(found.jail, asFault(thrown, 'jail.failed'))
      }
    }
    decisions.push(...(await repeated(decisions)))
    const { log, mark } = batch
    if (decisions.length > 0) {
      if (mark) marks.delete(log)
      void perform(decisions, mark ? { positions: [{ log, position: mark }] } : {})
    } else if (mark) marks.set(log, { log, position: mark })
  }

  /** @returns the network of a crowd, if that may be banned now */
  function count(held: HeldJail, event: FailureEvent, decisions: Decision[]): Network | undefined {
    let crowd: Network | undefined
    for (const decision of step(held.state, { ...event, time: clock.fromWall(event.time) }, clock.now())) {
      decisions.push(decision)
      if (decision.kind === 'crowded') crowd = decision.network
    }
    return crowd
  }

  /** What was asked of a failure is answered: it takes its turn like a batch. */
  function hear(found: Found, answers: readonly Answer[]): void {
    last = last.then(() => decideAnswered(found, answers))
  }

  async function decideAnswered(found: Found, answers: readonly Answer[]): Promise<void> {
    const held = jail(found.jail)
    if (!held) return
    const decisions: Decision[] = []
    for (const { network, ignored: why } of answers) {
      if (why !== undefined) {
        decisions.push({ kind: 'ignored', jail: held.name, network, why })
        continue
      }
      try {
        const event = await eventOf(found, network, held.state, history)
        beforeBan()
        const crowd = count(held, event, decisions)
        if (crowd) decisions.push(...(await banNetwork(held, crowd)))
      } catch (thrown) {
        onFault(found.jail, asFault(thrown, 'jail.failed'))
      }
    }
    decisions.push(...(await repeated(decisions)))
    if (decisions.length > 0) void perform(decisions, {})
  }

  /** In the eyes of the jail of repeat offenders a ban by another jail is a failure; no text log has to say so. */
  async function repeated(decisions: readonly Decision[]): Promise<Decision[]> {
    const held = jail(RECIDIVE)
    if (!held) return []
    const told: Decision[] = []
    for (const decision of decisions) {
      if (decision.kind !== 'ban' || decision.prolongs || !isOffence(decision.ban.jail)) continue
      const { network, from: time, jail: by } = decision.ban
      const earlier = asksEarlier(held.state, network, 1) ? await bansBefore(history, held.state, network, time) : 0
      const lines = [offenceOf(by)]
      const event = { kind: 'failure', network, time, attempts: 1, lines, earlier } as const
      for (const decision of step(held.state, event, clock.now())) {
        told.push(decision)
        if (decision.kind === 'crowded') told.push(...(await banNetwork(held, decision.network)))
      }
    }
    return told
  }

  async function banNetwork({ state }: HeldJail, network: Network): Promise<Decision[]> {
    const earlier = await bansBefore(history, state, network, clock.now())
    return step(state, { kind: 'network', network, earlier }, clock.now())
  }

  return {
    repeated,
    take(batch) {
      last = last.then(() => decide(batch))
      return last
    },
    settled: () => last,
    takeMarks() {
      const moved = [...marks.values()]
      marks.clear()
      return moved
    },
    lines: () => lines,
  }
}
