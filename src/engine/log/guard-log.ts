/**
 * The log that scripts read: who was found, banned, let go, in the lines of Fail2ban's. Lines are gathered for a moment and
 * written together; nothing waits for them.
 */
import { asFault, type Fault } from '../../base/fault.ts'
import { localTime } from '../../base/log-line.ts'
import { printable } from '../../base/printable.ts'
import type { Cancel, EpochMs } from '../../world/clock.ts'
import type { World } from '../../world/world.ts'
import { LEVELS, type Level, levelNumber } from './level.ts'
import { openSink, type Sink, type Streams } from './sink.ts'
import { parseTarget, type Target } from './target.ts'

export interface LogParts {
  readonly world: Pick<World, 'clock' | 'files' | 'run'>
  readonly streams: Streams
  readonly pid: number
  /** It cannot be written; undefined: it can again. */
  readonly onFault: (fault: Fault | undefined) => void
}

export interface LogOptions {
  readonly level: string
  readonly target: string
  readonly syslogSocket: string
}

/** Lines wait no longer. */
const FLUSH_MS = 50
/** Nor are there ever more, in characters. */
const MOST_WAITING = 256 * 1024

export class GuardLog {
  readonly #parts: LogParts
  #level: string
  #from: number
  #syslogSocket: string
  #target: Target
  #sink: Sink
  #waiting = ''
  #cancel: Cancel | undefined
  #second = Number.NaN
  #stamp = ''
  #isFailing = false

  /** @throws Fault `log.bad-level`, `log.bad-target`, `file.denied` and their like */
  constructor(parts: LogParts, { level, target, syslogSocket }: LogOptions) {
    this.#parts = parts
    this.#from = levelNumber(level)
    this.#level = level.toUpperCase()
    this.#syslogSocket = syslogSocket
    this.#target = parseTarget(target)
    this.#sink = this.#open()
  }

  get level(): string {
    return this.#level
  }

  /** As it was named, without its options. */
  get target(): string {
    return this.#target.name
  }

  get syslogSocket(): string {
    return this.#syslogSocket
  }

  /** @throws Fault `log.bad-level` */
  setLevel(text: string): void {
    this.#from = levelNumber(text)
    this.#level = text.toUpperCase()
  }

  /** One of the same name stays as it is. @throws Fault `log.bad-target`, `file.denied` and their like: then the old one stays */
  setTarget(text: string): void {
    const target = parseTarget(text)
    if (target.name === this.#target.name) return
    this.#exchange(target)
    this.say('fail2ban.server', 'INFO', `Start Fail2ban v${FAIL2BAN}`)
    const where = target.name === 'SYSLOG' ? `SYSLOG (${this.#syslogSocket})` : target.name
    this.say('fail2ban.server', 'INFO', `Changed logging target to ${where} for Fail2ban v${FAIL2BAN}`)
  }

  setSyslogSocket(path: string): void {
    if (path === this.#syslogSocket) return
    this.#syslogSocket = path
    if (this.#target.kind === 'syslog') this.#exchange(this.#target)
  }

  /** After a log was rotated: the file of that name, which may be another. @returns what was done, in Fail2ban's words */
  reopen(): 'rolled over' | 'flushed' {
    const { isFile } = this.#sink
    if (isFile) this.#exchange(this.#target)
    this.say('fail2ban.server', 'INFO', `${isFile ? 'rollover' : 'flush'} performed on ${this.#target.name}`)
    this.flush()
    return isFile ? 'rolled over' : 'flushed'
  }

  tells(level: Level): boolean {
    return LEVELS[level] >= this.#from
  }

  /** What it says may hold anything: it becomes one line. */
  say(name: string, level: Level, message: string): void {
    if (this.tells(level)) this.put(name, level, printable(message))
  }

  /** For what is known to be one line, of a level that is told. */
  put(name: string, level: Level, message: string): void {
    const now = this.#parts.world.clock.now()
    const time = `${this.stamp(now)},${String(Math.floor(now) % 1000).padStart(3, '0')}`
    const { pid } = this.#parts
    this.#waiting += `${this.#sink.before(level)}${this.#target.layout({ time, name, pid, level, message })}\n`
    if (this.#waiting.length > MOST_WAITING) this.flush()
    else this.#cancel ??= this.#parts.world.clock.after(FLUSH_MS, () => this.flush())
  }

  /** `2026-11-23 05:31:13`: mostly of the same second as before. */
  stamp(time: EpochMs): string {
    const second = Math.floor(time / 1000)
    if (second !== this.#second) {
      this.#second = second
      this.#stamp = localTime(time)
    }
    return this.#stamp
  }

  flush(): void {
    this.#cancel?.()
    this.#cancel = undefined
    const text = this.#waiting
    this.#waiting = ''
    if (text === '') return
    try {
      this.#sink.write(text)
      if (this.#isFailing) this.#parts.onFault(undefined)
      this.#isFailing = false
    } catch (thrown) {
      this.#isFailing = true
      this.#parts.onFault(asFault(thrown, 'log.failed'))
    }
  }

  close(): void {
    this.flush()
    this.#sink.close()
  }

  #exchange(target: Target): void {
    this.flush()
    const before = [this.#target, this.#sink] as const
    this.#target = target
    try {
      this.#sink = this.#open()
    } catch (thrown) {
      this.#target = before[0]
      throw thrown
    }
    before[1].close()
  }

  #open(): Sink {
    const { world, streams } = this.#parts
    return openSink(world, this.#target, this.#syslogSocket, streams)
  }
}

/** Which Fail2ban this is like. */
const FAIL2BAN = '1.0.2'
