/** One caller of Fail2ban's socket: command after command, each answered before the next is looked at. */
import { asFault } from '../../base/fault.ts'
import { CLOSE, END, Frames } from './frame.ts'
import { pickle } from './pickle.ts'
import { LIMITS, unpickle } from './unpickle.ts'
import type { Value } from './value.ts'

/** What of a connection is of interest here. */
export interface Line {
  on(event: 'data', hear: (piece: Buffer) => void): unknown
  on(event: 'end', hear: () => void): unknown
  on(event: 'timeout', hear: () => void): unknown
  setTimeout(ms: number): unknown
  pause(): unknown
  resume(): unknown
  write(bytes: Uint8Array): boolean
  end(): unknown
  destroy(): unknown
}

/** A caller who says nothing for so long, and does not take what he is told, is let go. */
const SILENT_MS = 600_000

export function converse(line: Line, answer: (command: Value) => Promise<Value>): void {
  const frames = new Frames()
  let isOver = false
  line.setTimeout(SILENT_MS)
  line.on('timeout', () => line.destroy())
  line.on('end', () => {
    isOver = true
    line.end()
  })
  line.on('data', (piece) => {
    const messages = frames.push(piece)
    if (frames.pending > LIMITS.bytes) return void line.destroy()
    if (messages.length === 0) return
    // Nothing more is taken until these are answered.
    line.pause()
    answered(messages).then(
      () => line.resume(),
      () => line.destroy(),
    )
  })
  line.resume()

  async function answered(messages: readonly Buffer[]): Promise<void> {
    for (const message of messages) {
      if (isOver) return
      if (message.equals(CLOSING)) return void line.end()
      line.write(Buffer.concat([await reply(message), MARK]))
    }
  }

  async function reply(message: Buffer): Promise<Uint8Array> {
    let command: Value
    try {
      command = unpickle(message)
    } catch (thrown) {
      return pickle(`ERROR: ${asFault(thrown, 'pickle.bad').message}`)
    }
    return pickle(await answer(command))
  }
}

const CLOSING = Buffer.from(CLOSE)
const MARK = Buffer.from(END)
