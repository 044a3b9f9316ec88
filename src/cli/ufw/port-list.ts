/** Ports as UFW keeps them: `22`, `80,443`, `6000:6007`. */
import { wrong } from './wrong.ts'

/** What iptables' multiport holds; a range takes two places. */
const MOST_PLACES = 15

/** Whether it is more than one port, which only tcp and udp may have. */
export function isList(ports: string): boolean {
  return /[,:]/.test(ports)
}

/**
 * A list or range, checked and in order; numbers stay as they are written.
 * @param named the text that a bad one is called by, in UFW's message
 * @throws Fault `ufw.port`
 */
export function sortedPorts(text: string, named: string): string {
  if (!/^\d[0-9,:]*\d$/.test(text)) throw wrong('port', 'Port ranges must be numeric')
  const slots = text.split(',').map((word) => word.split(':'))
  if (slots.some((slot) => !isSlot(slot)) || slots.flat().length > MOST_PLACES) throw wrong('port', `Bad port${named}`)
  const sorted = slots.sort((a, b) => Number(a[0]) - Number(b[0]) || Number(a[1] ?? 0) - Number(b[1] ?? 0))
  return sorted.map((slot) => slot.join(':')).join(',')
}

export function isPort(text: string): boolean {
  return /^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= 65535
}

function isSlot([from = '', to, more]: readonly string[]): boolean {
  if (more !== undefined || !isPort(from)) return false
  return to === undefined || (isPort(to) && Number(from) < Number(to))
}
