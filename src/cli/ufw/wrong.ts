/** What UFW says of bad words. */
import { Fault } from '../../base/fault.ts'

/** What is wrong with a sentence, in UFW's words. */
export type Wrong =
  | 'words'
  | 'clause'
  | 'port'
  | 'protocol'
  | 'address'
  | 'list'
  | 'interface'
  | 'position'
  | 'profile'
  | 'seconds'

/** @param message UFW's text without `ERROR: ` */
export function wrong(what: Wrong, message: string): Fault {
  return new Fault(`ufw.${what}`, message)
}

/** The help follows on stdout. */
export function badSyntax(message = 'Invalid syntax'): Fault {
  return new Fault('ufw.syntax', message)
}
