/**
 * Files of assignments, `/etc/default/ufw` and `ufw.conf`: read as UFW reads them, changed line by line, so that everything
 * else in them stays as it is. Source: what the installed ufw makes of such lines (test/config/ufw/assignments.test.ts).
 */

/**
 * Values by name, both in lower case; the last of a name counts. UFW reads `'yes'` and `yes # why` otherwise than the shell
 * that loads its rules at boot, and then its commands contradict what is in force: here it is the shell that is right.
 */
export function readAssignments(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>()
  for (const line of linesOf(text)) {
    const [, name, value = ''] = /^[ \t]*(\w+)=(.*)$/.exec(line) ?? []
    if (name !== undefined) values.set(name.toLowerCase(), wordOf(value.trim()).toLowerCase())
  }
  return values
}

/** Every line that assigns to the name, as UFW writes it; a line more at the end where another one would still count. */
export function assign(text: string, name: string, value: string): string {
  const lines = linesOf(text)
  if (lines.at(-1) === '') lines.pop()
  const line = `${name}=${value}`
  const changed = lines
    .map((old) => (old.startsWith(`${name}=`) ? line : old))
    .map((each) => `${each}\n`)
    .join('')
  const last = readAssignments(changed).get(name.toLowerCase())
  return last === readAssignments(line).get(name.toLowerCase()) ? changed : `${changed}${line}\n`
}

function wordOf(text: string): string {
  const [, double, single, bare] = /^(?:"([^"]*)"|'([^']*)'|([^\s"'#]*))(?:\s+#.*)?$/.exec(text) ?? []
  // What is no single word is wrong as a whole: shown as it is.
  return double ?? single ?? bare ?? text.replace(/^"|"$/g, '')
}

function linesOf(text: string): string[] {
  return text.split(/\r\n|\r|\n/)
}
