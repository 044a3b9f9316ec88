/** The machine as a command sees it. */
import type { World } from '../world/world.ts'
import type { Terminal } from './print.ts'

/** What a command is given beside its own words. */
export interface Setting {
  readonly world: World
  readonly terminal: Terminal
  readonly version: string
  readonly pid: number
  readonly isRoot: boolean
  /** Of the stock configuration. */
  readonly stockFolder: string
  /** Of the data of places that came with the program. */
  readonly placesFolder?: string
  /** The command line that starts the reader. */
  readonly readerCommand: readonly string[]
  /** The command line that checks the configuration; undefined: it is not checked at the start. */
  readonly checkCommand?: readonly string[]
  /** The command line that starts this program; the name that it is called by follows. */
  readonly selfCommand?: readonly string[]
  /** The folder of the programs that people start. */
  readonly programs?: string
  /** Bytes of standard input, for commands that read it. */
  readonly input: () => AsyncIterable<Uint8Array>
  /** Whether somebody types them. */
  readonly typed?: () => boolean
  /** Calls `act` each time that SIGHUP asks for the configuration to be read anew. */
  readonly onHangUp?: (act: () => void) => void
  /** Calls `act` each time that SIGUSR1 asks for the log to be opened anew. */
  readonly onReopen?: (act: () => void) => void
  /** What the process is called in lists of processes from now on. */
  readonly rename?: (name: string) => void
  /** What the service manager started this program with. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Resolves when the program is told to stop. Whoever asks for it is no longer ended by a signal. */
  readonly stopped: Promise<string>
}
