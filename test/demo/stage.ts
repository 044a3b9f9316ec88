/** All that a scene needs: the lab with nginx and a guard, what was seen so far, the visitors, the screen. */
import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import type { Guarding } from '../lab/guarding.ts'
import { end } from '../lab/host.ts'
import { type Lab, ROOT, sleep, until } from '../lab/lab.ts'
import { type Banned, Ledger } from './ledger.ts'
import type { Screen } from './screen.ts'
import { Visitors } from './visitors.ts'

export class Stage {
  readonly lab: Lab
  readonly screen: Screen
  readonly ledger: Ledger
  readonly visitors: Visitors
  readonly start = performance.now()
  #guard: Guarding | undefined
  #tail: ChildProcess | undefined

  constructor(lab: Lab, screen: Screen) {
    this.lab = lab
    this.screen = screen
    this.ledger = new Ledger(lab.server.start([process.execPath, join(ROOT, 'test/demo/witness.ts'), 'watch']))
    this.visitors = new Visitors(lab)
    for (const page of ['prices', 'contact']) lab.write(`nginx/www/${page}.html`, `${page}\n`)
  }

  /** Starts the guard as a user would, and listens to it. @returns milliseconds until it read the logs */
  async guard(): Promise<number> {
    const start = performance.now()
    this.#guard = await this.lab.guard()
    const ready = performance.now() - start
    this.#tail = this.lab.server.start([join(ROOT, 'bin/rampart'), 'tail', '--json'])
    this.ledger.hear(this.#tail)
    // The events of before it listens are not told again.
    await sleep(400)
    return ready
  }

  /** As a crash would end it. */
  async kill(): Promise<void> {
    await this.#guard!.kill()
    await end(this.#tail!)
  }

  /** Waits until the guard and the kernel have told of an address. */
  banned(address: string): Promise<Banned> {
    return until(`${address} is banned`, () => this.ledger.banned(address))
  }

  /** One request from outside; the status, 0 if there was no answer within `seconds`. */
  request(from: string, path: string, seconds: number, ...options: readonly string[]): Promise<number> {
    return this.lab.visit(from, path, '--connect-timeout', String(seconds), ...options)
  }

  /** Time to read; a log needs none. */
  pause(ms: number): Promise<void> {
    return sleep(this.screen.live ? ms : 0)
  }

  async close(): Promise<void> {
    await this.visitors.stop()
    const code = await this.#guard?.stop()
    if (code) throw new Error(`the guard ended with ${code}: ${this.#guard?.err}`)
  }
}
