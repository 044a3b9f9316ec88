/** How messages are told apart on Fail2ban's socket: each ends with a mark, and one mark means that the caller has done. */

export const END = '<F2B_END_COMMAND>'
export const CLOSE = '<F2B_CLOSE_COMMAND>'

const MARK = Buffer.from(END)

/** Cuts what comes in pieces into messages, without their marks. */
export class Frames {
  #parts: Buffer[] = []
  #size = 0

  /** What has come of a message that is not whole yet, in bytes. */
  get pending(): number {
    return this.#size
  }

  /** The messages that are whole now. */
  push(piece: Buffer): Buffer[] {
    // A mark may have begun in the pieces before: their end is looked at again.
    const before = this.#tail(MARK.length - 1)
    const found = Buffer.concat([before, piece]).indexOf(MARK) >= 0
    this.#parts.push(piece)
    this.#size += piece.length
    return found ? this.#cut() : []
  }

  #tail(most: number): Buffer {
    const last: Buffer[] = []
    let size = 0
    for (let at = this.#parts.length - 1; at >= 0 && size < most; at--) {
      last.unshift(this.#parts[at]!)
      size += this.#parts[at]!.length
    }
    return Buffer.concat(last).subarray(Math.max(0, size - most))
  }

  #cut(): Buffer[] {
    const all = Buffer.concat(this.#parts)
    const messages: Buffer[] = []
    let from = 0
    for (let at = all.indexOf(MARK); at >= 0; at = all.indexOf(MARK, from)) {
      messages.push(all.subarray(from, at))
      from = at + MARK.length
    }
    const rest = all.subarray(from)
    this.#parts = rest.length > 0 ? [rest] : []
    this.#size = rest.length
    return messages
  }
}
