/** The logs that are no files: journals, the kernel's log, standard input. */
import type { Fault } from '../base/fault.ts'
import type { Hands, Input, OnState, Start } from './input.ts'
import { Journal } from './journal.ts'
import type { JournalChoice } from './journal-arguments.ts'
import { KernelLog } from './kernel.ts'
import type { Mark } from './position.ts'
import { deniedInput, STANDARD_INPUT, Stream } from './stream.ts'

export type WantedStream =
  /** Its log is `journal:NAME`. */
  | {
      readonly kind: 'journal'
      readonly name: string
      readonly choice: JournalChoice
      readonly start: Start
      /** With `end`: entries from so many seconds before come too. */
      readonly backSeconds?: number
    }
  /** Its log is `kmsg`. */
  | { readonly kind: 'kernel'; readonly start: Start }
  /** Standard input, once, to its end. Its log is `/dev/stdin`. */
  | { readonly kind: 'input' }

export interface StreamsOptions {
  readonly onState: OnState
  readonly onFault: (fault: Fault) => void
  readonly onBusy: () => void
  readonly position: (log: string) => Mark | undefined
  readonly maxLineBytes: number
  /** What comes by standard input; absent where that is another process's to read. */
  readonly input: (() => AsyncIterable<Uint8Array>) | undefined
}

interface Open {
  readonly input: Input
  /** What it was asked for. */
  readonly wanted: string
}

export class Streams {
  readonly #hands: Hands
  readonly #options: StreamsOptions
  readonly #open = new Map<string, Open>()
  readonly #foreign = new Set<string>()
  #inputs: readonly Input[] = []

  constructor(hands: Hands, options: StreamsOptions) {
    this.#hands = hands
    this.#options = options
  }

  get inputs(): readonly Input[] {
    return this.#inputs
  }

  /** What is open already goes on, unless other entries of its journal are asked for: then it goes on with those. */
  want(wanted: readonly WantedStream[]): void {
    const byLog = new Map(wanted.map((one) => [logOf(one), one]))
    for (const [log, { input }] of this.#open) if (!byLog.has(log)) this.#close(log, input)
    for (const [log, one] of byLog) {
      const key = one.kind === 'journal' ? JSON.stringify(one.choice) : one.kind
      const before = this.#open.get(log)
      if (before?.wanted === key || this.#foreign.has(log)) continue
      const left = before?.input instanceof Journal ? before.input.position() : undefined
      if (before) this.#close(log, before.input)
      this.#open.set(log, { input: this.#start(one, left ?? this.#options.position(log)), wanted: key })
    }
    this.#inputs = [...this.#open.values()].map(({ input }) => input)
  }

  /** Leaves a log to another process for good. */
  leave(log: string): void {
    this.#foreign.add(log)
    const open = this.#open.get(log)
    if (open) this.#close(log, open.input)
    this.#inputs = this.#inputs.filter((input) => input !== open?.input)
  }

  look(): void {
    for (const input of this.#inputs) input.look()
  }

  close(): void {
    for (const input of this.#inputs) input.close()
    this.#open.clear()
    this.#inputs = []
  }

  #close(log: string, input: Input): void {
    input.close()
    this.#open.delete(log)
  }

  #start(wanted: WantedStream, mark: Mark | undefined): Input {
    const { onState, onFault, onBusy, maxLineBytes, input } = this.#options
    switch (wanted.kind) {
      case 'journal': {
        const { name, choice, start, backSeconds = 0 } = wanted
        const from = mark && 'cursor' in mark ? mark : start
        return new Journal(this.#hands, name, choice, {
          start: from,
          backMs: backSeconds * 1000,
          onState,
          onBusy,
          maxLineBytes,
        })
      }
      case 'kernel': {
        const start = mark && 'sequence' in mark ? mark : wanted.start
        return new KernelLog(this.#hands, { start, onState, onFault, onBusy })
      }
      case 'input':
        if (!input) return deniedInput(onState)
        return new Stream(STANDARD_INPUT, input(), {
          skip: 0,
          markOf: (passed) => ({ passed }),
          gunzip: this.#hands.files.gunzip,
          onState,
          onBusy,
        })
      default:
        return wanted satisfies never
    }
  }
}

function logOf(wanted: WantedStream): string {
  switch (wanted.kind) {
    case 'journal':
      return `journal:${wanted.name}`
    case 'kernel':
      return 'kmsg'
    case 'input':
      return STANDARD_INPUT
    default:
      return wanted satisfies never
  }
}
