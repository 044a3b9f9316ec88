/**
 * The log that scripts read, beside what the terminal is told: written where a file of the host says where (`logtarget`). Rampart's own
 * files say nowhere, so that a guard on a bare host has a terminal alone.
 */
import { asFault, type Fault } from '../../base/fault.ts'
import { readServer } from '../../config/read-server.ts'
import type { Engine } from '../../engine/engine.ts'
import type { Event } from '../../engine/event.ts'
import { GuardLog } from '../../engine/log/guard-log.ts'
import {
  namesOf,
  tellBeginning,
  tellEvent,
  tellStarted,
  tellStopped,
  tellStopping,
} from '../../engine/log/life-lines.ts'
import type { Setting } from '../setting.ts'

export interface WrittenLog {
  readonly log: GuardLog
  hear(event: Event): void
  started(engine: Engine): void
  /** @param stop ends the guard */
  stopped(engine: Engine, stop: () => Promise<void>): Promise<void>
}

/** What a terminal has anyway. */
const STREAMS = /^(STDOUT|STDERR|SYSOUT)\b/i

/** @returns undefined where none is to be written, or none can be: `onFault` is told */
export function writtenLog(
  { world, terminal, pid, onReopen }: Setting,
  folders: readonly string[],
  onFault: (fault: Fault | undefined) => void,
): WrittenLog | undefined {
  const { loglevel: level, chosenLogtarget: target, syslogsocket: syslogSocket } = readServer(world, folders).server
  if (target === undefined || STREAMS.test(target)) return undefined
  try {
    const log = new GuardLog({ world, pid, streams: terminal, onFault }, { level, target, syslogSocket })
    tellBeginning(log)
    onReopen?.(() => void log.reopen())
    return {
      log,
      hear: (event) => tellEvent(log, event),
      started: (engine) => tellStarted(log, namesOf(engine)),
      async stopped(engine, stop) {
        tellStopping(log)
        const names = namesOf(engine)
        await stop()
        tellStopped(log, names)
        log.close()
      },
    }
  } catch (thrown) {
    onFault(asFault(thrown, 'log.failed'))
    return undefined
  }
}
