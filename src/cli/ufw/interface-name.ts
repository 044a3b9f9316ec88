/** Names of interfaces, as UFW takes them. */
import { wrong } from './wrong.ts'

/** IFNAMSIZ without its NUL. */
const LONGEST = 15

/** @throws Fault `ufw.interface` */
export function checkInterface(name: string): void {
  const why = whyNot(name)
  if (why !== undefined) throw wrong('interface', `Bad interface name${why}`)
}

function whyNot(name: string): string | undefined {
  if (name.includes('!')) return ": reserved character: '!'"
  if (name.includes(':')) return ": can't use interface aliases"
  if (name === '.' || name === '..') return ": can't use '.' or '..'"
  if (name === '') return ': interface name is empty'
  if (name.length > LONGEST) return ': interface name too long'
  return /^[a-zA-Z0-9_\-.+,=%@]+$/.test(name) ? undefined : ''
}
