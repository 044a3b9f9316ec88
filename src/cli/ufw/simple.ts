/** The simple form of a rule: `22`, `80,443/tcp`, `ssh`, `OpenSSH`. */
import type { Services } from '../../config/ufw/services.ts'
import { asProtocol, type Draft, isPortless } from './draft.ts'
import { isList, isPort, sortedPorts } from './port-list.ts'
import { mayNameProfile } from './profile-name.ts'
import { pythonInt } from './python-int.ts'
import { wrong } from './wrong.ts'

/** @throws Fault `ufw.port` */
export function readSimple(word: string, services: Services): Draft {
  const [port = '', protocol, more] = word.split('/')
  if (more !== undefined) throw wrong('port', 'Bad port')
  if (protocol === undefined) return { from: {}, to: readPortOrProfile(port, services) }
  const known = asProtocol(protocol)
  if (known !== undefined && isPortless(known)) throw wrong('port', `Invalid port with protocol '${known}'`)
  const to = { port: readPort(port, services) }
  if (known === undefined) throw wrong('port', 'Bad port')
  return { protocol: known, from: {}, to }
}

function readPortOrProfile(word: string, services: Services): Draft['to'] {
  if (isList(word) || services(word)) return { port: readPort(word, services) }
  // What is a number for UFW, though it writes none itself, names no profile.
  if (pythonInt(word) !== undefined || !mayNameProfile(word)) return { port: readPort(word, services) }
  return { profile: word }
}

function readPort(word: string, services: Services): string {
  if (isList(word)) return sortedPorts(word, '')
  if (isPort(word) || word === 'any' || services(word)) return word
  throw wrong('port', 'Bad port')
}
