/** A log that another process reads, because this one may not: its chunks arrive as values and wait here for their turn. */
import { Fault } from '../base/fault.ts'
import type { Chunk } from './chunk.ts'
import type { Input } from './input.ts'

/** Who feeds waits for each chunk to be taken; one that does not is refused here, so that memory stays bounded. */
const MAX_WAITING = 16

interface Waiting {
  readonly chunk: Chunk
  readonly taken: () => void
}

export class Fed implements Input {
  readonly log: string
  #waiting: Waiting[] = []
  #handed: Waiting | undefined

  constructor(log: string) {
    this.log = log
  }

  get busy(): boolean {
    return this.#waiting.length > 0
  }

  /**
   * @returns resolved when the next chunk is asked for: then this one has been dealt with
   * @throws Fault `source.overfed` if too many wait already
   */
  feed(chunk: Chunk): Promise<void> {
    if (this.#waiting.length >= MAX_WAITING)
      throw new Fault('source.overfed', `${this.log} is fed faster than it is read`, {
        hint: 'wait for each chunk to be taken',
      })
    return new Promise((taken) => void this.#waiting.push({ chunk, taken }))
  }

  look(): void {}

  /** Call it also when nothing is busy: it ends the wait of the chunk before. */
  read(buffer: Uint8Array): Chunk | undefined {
    this.done()
    const next = this.#waiting.shift()
    if (!next) return undefined
    this.#handed = next
    const { bytes } = next.chunk
    if (bytes.length > buffer.length)
      throw new Fault('source.small-buffer', `a buffer of ${buffer.length} bytes cannot hold the chunk`)
    buffer.set(bytes)
    return { ...next.chunk, log: this.log, bytes: buffer.subarray(0, bytes.length) }
  }

  /** What was handed on last has been dealt with. */
  done(): void {
    this.#handed?.taken()
    this.#handed = undefined
  }

  close(): void {
    this.done()
    for (const { taken } of this.#waiting) taken()
    this.#waiting = []
  }
}
