/**
 * Files of assignments, `/etc/default/ufw` and `ufw.conf`: read as UFW reads them, changed line by line, so that everything
 * else in them stays as it is. Source: what the installed ufw makes of such lines (test/config/ufw/assignments.test.ts).
 */

/** Values by name, both in lower case; the last of a name counts. */
export function readAssignments(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>()
  for (const line of linesOf(text)) {
    const [, name, value] = ASSIGNMENT.exec(line) ?? []
    if (name === undefined || value === undefined) continue
    values.set(name.toLowerCase(), value.trim().replace(/^"|"$/g, '').toLowerCase())
  }
  return values
}

/** Every line that assigns to the name, as it is written; a line more at the end where there is none. */
export function assign(text: string, name: string, value: string): string {
  const lines = linesOf(text)
  if (lines.at(-1) === '') lines.pop()
  const line = `${name}=${value}`
  const changed = lines.map((old) => (old.startsWith(`${name}=`) ? line : old))
  if (!changed.includes(line)) changed.push(line)
  return `${changed.join('\n')}\n`
}

/** A value that is not quoted begins with a letter, a digit or `_`, one that is after its quote. */
const ASSIGNMENT = /^(\w+)=("?\w.*)$/

function linesOf(text: string): string[] {
  return text.split(/\r\n|\r|\n/)
}
