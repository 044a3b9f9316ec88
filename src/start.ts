/** What every entry does: hands a face the machine, and ends the process with what it returns. */
import { closeSync, openSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Terminal } from './cli/print.ts'
import type { Setting } from './cli/setting.ts'
import { realWorld } from './world/real.ts'

const VERSION = '0.1.0'

/** Who asks again after this long does not want to wait for an orderly end. */
const IMPATIENT_MS = 1000

const hadTerminal = hasTerminal()

export type Face = (setting: Setting, words: readonly string[]) => Promise<number>

/**
 * @param entry the file that was started, with the name that the program was called by and its words: `main.mjs NAME WORD...`
 */
export async function start(entry: string, faceOf: (name: string) => Face | Promise<Face>): Promise<void> {
  const [name = 'rampart', ...words] = process.argv.slice(2)
  // A closed pipe (`| head`) ends a command quietly; the guard goes on guarding, and still ends in order.
  const isGuard = guards(name, words)
  // As Fail2ban's: what its scripts make is root's alone.
  if (name === 'fail2ban-server') process.umask(0o077)
  process.stdout.on('error', (error: NodeJS.ErrnoException) => isGuard || leave(error, name))

  // The world's timers and watches keep no process alive; a command that is at work must be.
  const alive = setInterval(() => {}, 2 ** 30)
  const face = await faceOf(name)
  process.exitCode = await face(setting(fileURLToPath(entry), name, words), words)
  clearInterval(alive)
  // A program that hangs, as nft may, does not hold up the guard's end.
  if (isGuard) process.stdout.write('', () => process.exit())
}

/** What cannot be written for another reason, as a full disk, is no quiet end. */
function leave({ code, message }: NodeJS.ErrnoException, name: string): void {
  if (code === 'EPIPE') process.exit(0)
  process.stderr.write(`${name}: what is told cannot be written: ${message}\n`)
  process.exit(name.startsWith('fail2ban') ? 255 : 1)
}

/** Other commands end at once, as a signal ends any program. */
function guards(name: string, words: readonly string[]): boolean {
  return name === 'fail2ban-server' || words[0] === 'up'
}

function setting(entry: string, name: string, words: readonly string[]): Setting {
  let stopping: Promise<string> | undefined
  return {
    world: realWorld(),
    terminal: terminal(),
    version: VERSION,
    pid: process.pid,
    isRoot: process.geteuid?.() === 0,
    stockFolder: fileURLToPath(new URL('../config', import.meta.url)),
    placesFolder: fileURLToPath(new URL('../geo', import.meta.url)),
    // Unlike the core it may compile what is hot: a log that is never silent costs a third then, and at rest it keeps 1 MiB
    // more. Threads that compile would keep 10 MiB. Four times the room for new objects would take 20 MiB in a flood and save
    // no time: a flood is handed on in small pieces.
    readerCommand: [
      process.execPath,
      '--disable-warning=ExperimentalWarning',
      '--max-semi-space-size=4',
      '--single-threaded',
      // As in bin/rampart: garbage is looked for before the heap has grown fourfold.
      '--initial-old-space-size=24',
      '--heap-growing-percent=40',
      // Five times what the largest configuration and flood have taken: beyond it something leaks, and a new one is started.
      '--max-old-space-size=256',
      fileURLToPath(new URL('reader.mjs', import.meta.url)),
    ],
    selfCommand: [process.execPath, '--disable-warning=ExperimentalWarning', entry],
    checkCommand: [process.execPath, entry, 'rampart', 'config', 'check'],
    input: () => process.stdin,
    typed: () => process.stdin.isTTY === true,
    programs: fileURLToPath(new URL('../bin', import.meta.url)),
    onHangUp,
    env: process.env,
    onReopen: (act) => void process.on('SIGUSR1', act),
    rename: (called) => {
      process.title = called
    },
    get stopped() {
      stopping ??= stopped(guards(name, words))
      return stopping
    },
  }
}

function terminal(): Terminal {
  const { stdout, env } = process
  let made: typeof process.stderr | undefined
  // When it is first used: few commands have to complain.
  const stderr = () => {
    made ??= process.stderr.on('error', () => {})
    return made
  }
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr().write(text),
    colour: stdout.isTTY === true && !env['NO_COLOR'],
    // A terminal that does not know its size says 0.
    columns: stdout.isTTY ? stdout.columns || USUAL_COLUMNS : undefined,
    get errColumns() {
      return stderr().isTTY ? stderr().columns || USUAL_COLUMNS : undefined
    },
  }
}

const USUAL_COLUMNS = 80

function onHangUp(act: () => void): void {
  process.on('SIGHUP', () => isTerminalGone() || act())
}

function isTerminalGone(): boolean {
  return hadTerminal && !hasTerminal()
}

/** Whether there is one that Ctrl-C would come from. */
function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'))
    return true
  } catch {
    return false
  }
}

/** Resolves with the reason when this program shall end. */
function stopped(isGuard: boolean): Promise<string> {
  return new Promise((resolve) => {
    let first: number | undefined
    process.on('SIGINT', () => {
      first ??= performance.now()
      // Under npm a single Ctrl-C may come twice, from the terminal and from npm.
      if (performance.now() - first > IMPATIENT_MS) process.exit(130)
      resolve('SIGINT')
    })
    process.on('SIGTERM', () => resolve('SIGTERM'))
    // When its terminal closes; who else sends it wants something else, see `onHangUp`.
    process.on('SIGHUP', () => (!isGuard || isTerminalGone()) && resolve('its terminal was closed'))
    if (process.env['npm_lifecycle_event'] === undefined) return
    // Ending npm ends the guard, even where npm is killed and can pass on no signal.
    const parent = process.ppid
    setInterval(() => process.ppid !== parent && resolve('its parent ended'), 500).unref()
  })
}
