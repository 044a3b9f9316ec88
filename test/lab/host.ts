/**
 * A host of the lab: a network and a mount namespace of its own, held open by one process that ends when this one does,
 * so that nothing is left behind whatever happens here.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readlinkSync } from 'node:fs'

export interface Done {
  readonly code: number
  readonly out: string
  readonly err: string
}

export class Host {
  readonly #holder: ChildProcess
  readonly #started = new Set<ChildProcess>()

  private constructor(holder: ChildProcess) {
    this.#holder = holder
  }

  /** @param setUp shell words that run as root inside it, for mounts and addresses */
  static async make(setUp: string): Promise<Host> {
    const script = `set -e; mount --make-rprivate /; ip link set lo up; ${setUp}\necho ready; exec cat`
    const holder = spawn('unshare', ['--net', '--mount', 'sh', '-c', script], { stdio: 'pipe', detached: true })
    let problem = ''
    holder.stderr.on('data', (bytes) => {
      problem += bytes
    })
    const [bytes] = await Promise.race([once(holder.stdout, 'data'), once(holder, 'exit')])
    if (String(bytes) !== 'ready\n') throw new Error(`the lab's host cannot be made: ${problem}`)
    return new Host(holder)
  }

  get pid(): number {
    return this.#holder.pid!
  }

  /** Runs a program to its end. */
  async run(argv: readonly string[], input = ''): Promise<Done> {
    const child = this.start(argv)
    const parts = { out: '', err: '' }
    child.stdout!.on('data', (bytes) => {
      parts.out += bytes
    })
    child.stderr!.on('data', (bytes) => {
      parts.err += bytes
    })
    child.stdin!.on('error', () => {})
    child.stdin!.end(input)
    const [code] = await once(child, 'close')
    return { code: code ?? 1, ...parts }
  }

  /** Runs a program that must succeed; its output. */
  async must(argv: readonly string[], input = ''): Promise<string> {
    const { code, out, err } = await this.run(argv, input)
    if (code !== 0) throw new Error(`${argv.join(' ')} ended with ${code}: ${err}${out}`)
    return out
  }

  /**
   * Starts a program that stays. It runs inside as `nsenter` becomes it: its process id is the child's. It hears no
   * Ctrl-C (so that all end in order), and is told to end when this process is gone, even by SIGKILL.
   */
  start(argv: readonly string[]): ChildProcess {
    const inside = ['nsenter', `--target=${this.pid}`, '--net', '--mount', '--wdns=/', ...argv]
    const child = spawn('setpriv', ['--pdeathsig=TERM', ...inside], { stdio: 'pipe', detached: true })
    this.#started.add(child)
    child.on('exit', () => this.#started.delete(child))
    return child
  }

  /** Ends what was started here, and what that left behind when it was killed, then the host. */
  async close(): Promise<void> {
    const ends = [...this.#started].map((child) => end(child))
    await Promise.all(ends)
    this.#killOrphans()
    this.#holder.stdin!.end()
    await ended(this.#holder)
  }

  #killOrphans(): void {
    const own = networkOf(this.pid)
    // A holder that is gone may have left its number to a process of the machine.
    if (
      this.#holder.exitCode !== null ||
      this.#holder.signalCode !== null ||
      own === undefined ||
      own === networkOf(process.pid)
    )
      return
    for (const pid of readdirSync('/proc').map(Number).filter(Boolean)) {
      if (pid === this.pid || networkOf(pid) !== own) continue
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // It ended by itself just now.
      }
    }
  }
}

function networkOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`)
  } catch {
    return undefined
  }
}

/** SIGTERM, and SIGKILL for what does not listen within 5 s. */
export async function end(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 5000)
  await ended(child)
  clearTimeout(timer)
}

export async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}
