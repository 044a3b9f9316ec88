/** A link that shows a line and an expression at debuggex.com: nothing is sent unless somebody opens it. */
import type { FilterSettings } from '../../filter/filter-settings.ts'
import { expandTags } from '../../filter/tags.ts'

export function debuggexLink(line: string, python: string, { usedns, maxlines }: FilterSettings): string {
  const values: [string, string][] = [
    ['re', expandTags(python, usedns)],
    ['str', line],
    ['flavor', 'python'],
  ]
  if (maxlines > 1) values.push(['flags', 'm'])
  const query = values.map(([name, value]) => `${name}=${quoted(value)}`).join('&')
  return `${line} | ${python} |  https://www.debuggex.com/?${query}`
}

/** As in a form: only letters, digits and `_.-~` stay, a blank is a plus. */
function quoted(text: string): string {
  return encodeURIComponent(text.toWellFormed())
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/%20/g, '+')
}
