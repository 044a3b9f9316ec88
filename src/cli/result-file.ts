/** What a command writes for people into a file that they name: a picture, a page. */
import { Fault } from '../base/fault.ts'
import { printable } from '../base/printable.ts'
import type { Files } from '../world/files.ts'

/** The umask of whoever asks for it takes its part away. */
const MODE = 0o666

/**
 * Asked before the work for it begins; the file itself is whole or not there.
 * @param instead where else it can go, said to whoever names a device
 * @throws Fault `cli.no-file`: a file takes the place of what was there, and of a device, a pipe or a folder it must not
 */
export function resultFile(files: Files, path: string, instead: string): (content: string | Uint8Array) => void {
  const stat = files.stat(path)
  if (stat !== undefined && stat.kind !== 'file')
    throw new Fault('cli.no-file', `${printable(path)} is no file`, { hint: instead })
  return (content) => files.write(path, content, MODE)
}
