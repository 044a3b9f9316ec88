/**
 * A file of applications.d: `[Nginx Full]`, `title=`, `description=`, `ports=`, in the syntax of Python's configparser, as
 * the installed ufw reads it: strict, `=` or `:`, comments only as whole lines, a value goes on in indented lines.
 */

export type Sections = ReadonlyMap<string, ReadonlyMap<string, string>>

/** Sections in their order, keys in lower case, `[DEFAULT]` merged into each; undefined where any line is wrong. */
export function parseProfileFile(text: string): Sections | undefined {
  const sections = new Map<string, Map<string, string[]>>()
  let section: Map<string, string[]> | undefined
  let value: string[] | undefined
  let indent = 0
  for (const line of text.split(/\r\n|\r|\n/)) {
    const stripped = strip(line)
    if (stripped === '' || stripped.startsWith('#') || stripped.startsWith(';')) {
      // An empty line belongs to a value that goes on; a comment does not.
      if (stripped === '') value?.push('')
      continue
    }
    const depth = line.search(NO_BLANK)
    if (value && depth > indent) {
      value.push(stripped)
      continue
    }
    indent = depth
    const name = /^\[(.+)\]/.exec(stripped)?.[1]
    if (name !== undefined) {
      if (sections.has(name) && name !== 'DEFAULT') return undefined
      section = sections.get(name) ?? new Map()
      sections.set(name, section)
      value = undefined
      continue
    }
    const end = stripped.search(/[=:]/)
    const key = stripEnd(stripped.slice(0, Math.max(end, 0))).toLowerCase()
    if (!section || key === '' || section.has(key)) return undefined
    value = [strip(stripped.slice(end + 1))]
    section.set(key, value)
  }
  return merged(sections)
}

function merged(sections: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>): Sections {
  const shared = sections.get('DEFAULT') ?? []
  return new Map(
    [...sections]
      .filter(([name]) => name !== 'DEFAULT')
      .map(([name, own]) => [
        name,
        new Map([...new Map([...shared, ...own])].map(([key, lines]) => [key, stripEnd(lines.join('\n'))])),
      ]),
  )
}

/** What Python takes for blanks; JavaScript takes U+FEFF for one too. */
const BLANK = '[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]'
const NO_BLANK = new RegExp(`(?!${BLANK})[^]`)

function stripEnd(text: string): string {
  // One character at a time: an expression that looks for blanks at the end begins anew at each.
  let end = text.length
  while (end > 0 && !NO_BLANK.test(text[end - 1]!)) end--
  return text.slice(0, end)
}

function strip(text: string): string {
  const start = text.search(NO_BLANK)
  return start < 0 ? '' : stripEnd(text.slice(start))
}
