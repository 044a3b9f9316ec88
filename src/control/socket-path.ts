/** How long the path of a socket may be: of a longer one the runtime takes the beginning, which is the path of another. */
import { Fault } from '../base/fault.ts'

/** Bytes. Source: unix(7), sun_path without its last byte. */
const LONGEST = 107

/** @throws Fault `control.long-path` */
export function checkPath(path: string): void {
  const bytes = Buffer.byteLength(path)
  if (bytes <= LONGEST) return
  throw new Fault('control.long-path', `the path of the socket has ${bytes} bytes (${path})`, {
    hint: `a socket's path has ${LONGEST} bytes at most`,
  })
}
