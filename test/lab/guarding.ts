/** A guard that runs in the lab: what it prints, and how it is ended. */
import type { ChildProcess } from 'node:child_process'
import { end, ended, type Host } from './host.ts'

export class Guarding {
  readonly process: ChildProcess
  /** All that it has printed. */
  out = ''
  err = ''

  private constructor(child: ChildProcess) {
    this.process = child
    child.stdout!.on('data', (bytes) => {
      this.out += bytes
    })
    child.stderr!.on('data', (bytes) => {
      this.err += bytes
    })
  }

  /** Waits until it reads its logs. @throws Error with what it said if it ends instead */
  static async start(host: Host, argv: readonly string[]): Promise<Guarding> {
    const guarding = new Guarding(host.start(argv))
    for (let i = 0; i < 500; i++) {
      if (/ reading {2}/.test(guarding.out)) return guarding
      if (guarding.process.exitCode !== null) break
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    await end(guarding.process)
    throw new Error(`the guard does not begin:\n${guarding.out}${guarding.err}`)
  }

  /** Ends it as a service manager would. @returns its exit code */
  async stop(): Promise<number | null> {
    await end(this.process)
    return this.process.exitCode
  }

  async kill(): Promise<void> {
    this.process.kill('SIGKILL')
    await ended(this.process)
  }
}
