import { Fault } from '../../base/fault.ts'
import type { Files } from '../../world/files.ts'

const LONGEST = 4096

/**
 * The token in a file that nobody but its owner may read. It is told to nobody: no message holds it.
 * @throws Fault `place.token-open`, `place.token`, `file.*`
 */
export function readToken(files: Pick<Files, 'stat' | 'text'>, path: string): string {
  const mode = files.stat(path)?.mode ?? 0
  if ((mode & 0o077) !== 0)
    throw new Fault('place.token-open', `${path} holds a token, and others may read it (mode ${mode.toString(8)})`, {
      hint: `chmod 600 ${path}`,
    })
  const token = files.text(path, LONGEST).trim()
  // What else could stand in a header, and nothing that could end it.
  if (!/^[\x21-\x7e]+$/.test(token))
    throw new Fault('place.token', `${path} holds no token`, { hint: 'one line with the token and nothing else' })
  return token
}
