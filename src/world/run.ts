/** Other programs, always by an argument list, never through a shell. */

export interface Run {
  /** Starts a program, feeds it `input`, and tells how it ended. Never throws: a program that is not there has code 127. */
  once(argv: readonly string[], options?: OnceOptions): Promise<Exit>
  /**
   * Starts a program that waits for its input, so that what it does with it costs no start any more. It keeps this program
   * from ending only once it has its input.
   */
  ready(argv: readonly string[], options?: Omit<OnceOptions, 'input'>): Ready
  /**
   * Starts a program that outlives this one and its terminal: in a session of its own, with nothing to read from or write to.
   * @returns whether it could be started
   */
  leave(argv: readonly string[]): boolean
  /** Starts a program that stays. */
  start(argv: readonly string[], options?: StartOptions): Child
}

export interface Ready {
  /** Whether it still waits; it may have been ended from outside. */
  readonly waits: boolean
  /** Feeds it, once, and tells how it ended, as `once` does; the time limit may be set for what it is given. */
  give(input: string, timeoutMs?: number): Promise<Exit>
}

export interface OnceOptions {
  readonly input?: string
  /** After it has its input; its whole process group is killed then. Default 60 s. */
  readonly timeoutMs?: number
  readonly env?: Readonly<Record<string, string>>
  /** Ends it when this program ends, were it by SIGKILL: for what may take longer than an eye's blink. */
  readonly leashed?: boolean
  /** Output beyond this is read and dropped; default 1 MiB each. */
  readonly maxOutputBytes?: number
  /** Where it runs; default: where this program does. */
  readonly folder?: string
  /** What it started and left behind runs on when it ends, and is not waited for. */
  readonly mayLeave?: boolean
  /** At its time limit its group is asked to end (SIGTERM), and killed so much later; default 0. */
  readonly askMs?: number
  /** Kills its group at once. */
  readonly cut?: AbortSignal
}

export interface Exit {
  /** 128 + signal number if a signal ended it, 127 if it could not be started. */
  readonly code: number
  readonly out: string
  readonly err: string
  readonly timedOut: boolean
  /** There was no memory or no descriptor to start it with: it may do its work another time. */
  readonly notStarted?: true
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly onOut?: (bytes: Uint8Array) => void
  /** Default: this program's own standard error. */
  readonly onErr?: (bytes: Uint8Array) => void
  /** It runs on when this program ends, in a session of its own, and does not keep it from ending. */
  readonly outlives?: boolean
}

export interface Child {
  readonly pid: number | undefined
  /** false when the pipe is full: more may be written all the same, but `drained` is the moment to. */
  write(bytes: Uint8Array | string): boolean
  drained(): Promise<void>
  endInput(): void
  kill(signal: 'SIGTERM' | 'SIGKILL'): void
  /** Holds back its output: the pipe fills and the child waits. */
  pause(): void
  resume(): void
  readonly ended: Promise<Exit['code']>
}
