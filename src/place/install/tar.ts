/** Single files out of a tar archive, as it comes. Names in it choose nothing but themselves. Source: POSIX.1, pax, ustar format. */
import { Fault } from '../../base/fault.ts'
import type { Files } from '../../world/files.ts'

const BLOCK = 512
/** Of one file: the largest data is an eighth of it. */
const MAX_BYTES = 1024 ** 3

export function isTar(start: Uint8Array): boolean {
  return new TextDecoder('latin1').decode(start.subarray(257, 262)) === 'ustar'
}

/**
 * Writes those of its plain files that are wanted, below its first folder.
 * @param target the path for a name such as `data.csv`; undefined: not wanted
 * @returns the names that were found
 * @throws Fault `place.tarball`, `file.*`
 */
export async function extract(
  files: Pick<Files, 'append'>,
  pieces: AsyncIterable<Uint8Array>,
  target: (name: string) => string | undefined,
): Promise<ReadonlySet<string>> {
  const reader = new BlockReader(pieces)
  const found = new Set<string>()
  for (;;) {
    const head = await reader.exactly(BLOCK)
    if (!head || head.every((byte) => byte === 0)) return found
    const { name, size, isFile } = readHead(head)
    const path = isFile && !found.has(name) ? target(name) : undefined
    const file = path === undefined ? undefined : files.append(path, 0o600)
    try {
      await reader.pass(size, (piece) => file?.write(piece))
    } finally {
      file?.close()
    }
    if (file) found.add(name)
    await reader.pass((BLOCK - (size % BLOCK)) % BLOCK, () => {})
  }
}

interface Head {
  /** Without the first folder: `package/data.csv` is `data.csv`; of what is not directly in it, empty. */
  readonly name: string
  readonly size: number
  readonly isFile: boolean
}

function readHead(head: Uint8Array): Head {
  const sum = head.reduce((all, byte, i) => all + (i >= 148 && i < 156 ? 0x20 : byte), 0)
  const size = octal(head, 124, 12)
  if (octal(head, 148, 8) !== sum || size === undefined || size > MAX_BYTES) throw damaged()
  const [prefix, name] = [text(head, 345, 155), text(head, 0, 100)]
  const path = isTar(head) && prefix !== '' ? `${prefix}/${name}` : name
  const type = head[156]
  return { name: /^[^/]+\/([^/]+)$/.exec(path)?.[1] ?? '', size, isFile: type === 0 || type === 0x30 }
}

function text(head: Uint8Array, at: number, length: number): string {
  return new TextDecoder('latin1').decode(head.subarray(at, at + length)).split('\0')[0]!
}

function octal(head: Uint8Array, at: number, length: number): number | undefined {
  const digits = text(head, at, length).trim()
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : undefined
}

class BlockReader {
  readonly #pieces: AsyncIterator<Uint8Array>
  #rest: Uint8Array = new Uint8Array()

  constructor(pieces: AsyncIterable<Uint8Array>) {
    this.#pieces = pieces[Symbol.asyncIterator]()
  }

  /** undefined at the end. */
  async exactly(size: number): Promise<Uint8Array | undefined> {
    if (this.#rest.length === 0 && !(await this.#more())) return undefined
    const bytes = new Uint8Array(size)
    let at = 0
    await this.pass(size, (piece) => {
      bytes.set(piece, at)
      at += piece.length
    })
    return bytes
  }

  /** Hands on so many bytes. @throws Fault `place.tarball` where it ends before */
  async pass(size: number, take: (piece: Uint8Array) => void): Promise<void> {
    for (let left = size; left > 0; ) {
      if (this.#rest.length === 0 && !(await this.#more())) throw damaged()
      const piece = this.#rest.subarray(0, left)
      take(piece)
      left -= piece.length
      this.#rest = this.#rest.subarray(piece.length)
    }
  }

  async #more(): Promise<boolean> {
    for (;;) {
      const { done, value } = await this.#pieces.next()
      if (done) return false
      this.#rest = value
      if (value.length > 0) return true
    }
  }
}

function damaged(): Fault {
  return new Fault('place.tarball', 'the archive is damaged or cut off')
}
