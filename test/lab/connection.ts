/** A connection from outside to the server, byte by byte as a test wants it. */
import type { ChildProcess } from 'node:child_process'
import { end } from './host.ts'

export class Connection {
  readonly #netcat: ChildProcess
  /** All that the server has answered so far. */
  received = ''

  constructor(netcat: ChildProcess) {
    this.#netcat = netcat
    netcat.stdout!.on('data', (bytes) => {
      this.received += bytes
    })
    netcat.stdin!.on('error', () => {})
  }

  /** Whether either side has ended it, or it never began. */
  get isOver(): boolean {
    return this.#netcat.exitCode !== null
  }

  send(bytes: string | Uint8Array): void {
    this.#netcat.stdin!.write(bytes)
  }

  close(): Promise<void> {
    return end(this.#netcat)
  }
}
