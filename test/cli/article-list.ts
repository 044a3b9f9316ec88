/** The article's tables as the lists of addresses that they were made from. */
import { golden } from '../chart/golden.ts'
import { shuffled } from '../statistics/shuffled.ts'

/** Each row of a table of the article as so many addresses, and what a service says of each. */
export function listOf(by: 'country' | 'org' | 'city') {
  const rows: Record<string, object> = {}
  const lines: string[] = []
  for (const { count, label } of golden(by)) {
    for (let i = 0; i < count; i++) {
      const ip = `11.${lines.length >> 16}.${(lines.length >> 8) & 255}.${lines.length & 255}`
      rows[ip] = { ip, [by]: label }
      lines.push(ip)
    }
  }
  return { rows, lines: shuffled(lines, 3) }
}
