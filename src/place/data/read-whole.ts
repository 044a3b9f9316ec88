import { Fault } from '../../base/fault.ts'
import type { Files } from '../../world/files.ts'

/** A large file's bytes in one array of just its size. @throws Fault `file.*`, `file.large` */
export function readWhole(files: Pick<Files, 'open'>, path: string, maxBytes: number): Uint8Array<ArrayBuffer> {
  const file = files.open(path)
  try {
    const { size } = file.stat()
    if (size > maxBytes)
      throw new Fault('file.large', `${path} is larger than ${maxBytes} bytes`, { at: { file: path } })
    const bytes = new Uint8Array(size)
    let at = 0
    for (let got = -1; got !== 0 && at < size; at += got) got = file.read(bytes.subarray(at), at)
    return bytes.subarray(0, at)
  } finally {
    file.close()
  }
}
