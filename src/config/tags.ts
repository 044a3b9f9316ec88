/**
 * The static `<tag>` substitution: over the combined options of a filter or an action, nested (`<mode-<mode>>`), until
 * nothing known is left. Tags that nobody defines stay: `<HOST>` and `<F-...>` are for filter/, `<ip>` and its like for the
 * moment of a ban. Measured beside Fail2ban 1.0.2.
 */
import { Fault, type Place } from '../base/fault.ts'
import { MAX_TEXT } from './interpolate.ts'

/** The value of a tag, undefined to leave it as it stands. */
export type TagLookup = (tag: string) => string | undefined

/**
 * @param name the option whose text this is: it may not come back in its own value
 * @throws Fault `config.tag-circle`, `config.too-long`
 */
export function substituteTags(name: string, text: string, lookup: TagLookup, at: Place | undefined): string {
  let result = text
  const counts = new Map<string, number>()
  const tag = /<([^<> ]+)>/g
  for (let found = tag.exec(result); found; found = tag.exec(result)) {
    const key = found[1]!
    const value = lookup(key)
    if (value === undefined) continue
    const count = (counts.get(key) ?? 0) + 1
    if (count > MAX_REPLACEMENTS || key === name) throw circle(name, key, at)
    counts.set(key, count)
    result = result.replaceAll(found[0], () => value)
    if (result.length > MAX_TEXT) {
      throw new Fault('config.too-long', `${name} grows beyond 1 MiB by its tags`, place(at, 'shorten what it names'))
    }
    // An outer tag may have become a known one.
    tag.lastIndex = 0
  }
  return result
}

/** Source: Fail2ban's limit on replacements of one tag. */
const MAX_REPLACEMENTS = 25

function circle(name: string, tag: string, at: Place | undefined): Fault {
  return new Fault('config.tag-circle', `${name} names itself by the tag <${tag}>`, place(at, 'take the tag out of it'))
}

function place(at: Place | undefined, hint: string): { readonly at?: Place; readonly hint: string } {
  return at ? { at, hint } : { hint }
}
