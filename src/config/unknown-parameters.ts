/** What stands in a filter's brackets and means nothing: a misspelt name, or a value that chooses nothing. */
import { Fault, type Place } from '../base/fault.ts'
import { FILTER_NAMES } from './known-options.ts'
import { nearest } from './nearest.ts'
import type { Layered } from './read-layers.ts'
import { mentions } from './unknown-options.ts'

interface Asked {
  readonly layered: Layered
  readonly name: string
  readonly at: Place
  readonly parameters: ReadonlyMap<string, string>
  /** The value of an option as the filter will have it; undefined if it has none. */
  readonly value: (option: string) => string | undefined
}

/**
 * Warnings: `config.unknown-parameter` for a name that neither the filter nor any of its values knows, and
 * `config.unknown-choice` for a value that names none of what there is: `<mdre-<mode>>` with `mode = agressive`.
 */
export function unknownParameters(asked: Asked): readonly Fault[] {
  return [...unknownNames(asked), ...unknownChoices(asked)]
}

function unknownNames({ layered, name, at, parameters }: Asked): readonly Fault[] {
  if (parameters.size === 0) return []
  const known = new Set([...optionsOf(layered), ...tagsIn(layered), ...mentions(layered), ...FILTER_NAMES])
  return [...parameters.keys()]
    .filter((key) => !known.has(key.toLowerCase().replace(/\?.*$/, '')))
    .map((key) => {
      const near = nearest(key.toLowerCase(), known)
      const hint = near ? `did you mean ${near}?` : 'nothing in its file reads it'
      return new Fault('config.unknown-parameter', `the filter ${name} has no option ${key}`, { at, hint })
    })
}

function unknownChoices({ layered, name, at, value }: Asked): readonly Fault[] {
  const options = new Set(optionsOf(layered))
  const faults = new Map<string, Fault>()
  const all = choices(layered)
  // <mdre-<mode>-other> makes a choice of its own, none of <mdre-<mode>>.
  const others = all.flatMap(({ behind }) => (behind === '' ? [] : [behind]))
  for (const { before, tag, behind } of all) {
    const chosen = value(tag)
    if (chosen === undefined || options.has(`${before}${chosen}${behind}`.toLowerCase())) continue
    const known = [...options]
      .filter((option) => option.startsWith(before) && option.endsWith(behind))
      .map((option) => option.slice(before.length, option.length - behind.length))
      .filter((one) => !others.some((other) => one.endsWith(other)))
    if (known.length === 0) continue
    const near = nearest(chosen.toLowerCase(), known)
    const hint = `${near ? `did you mean ${near}? ` : ''}there are: ${known.join(', ')}`
    const message = `the filter ${name} knows no ${tag} "${chosen}"`
    faults.set(tag, new Fault('config.unknown-choice', message, { at, hint }))
  }
  return [...faults.values()]
}

/** `<mdre-<mode>>` in any of its values: an option by the value of another. */
function choices(
  layered: Layered,
): readonly { readonly before: string; readonly tag: string; readonly behind: string }[] {
  return texts(layered).flatMap((text) =>
    [...text.matchAll(/<([a-z][\w-]*)<([a-z]\w*)>([\w-]*)>/g)].map(([, before, tag, behind]) => ({
      before: before!,
      tag: tag!,
      behind: behind!,
    })),
  )
}

function optionsOf(layered: Layered): readonly string[] {
  const own = ['Definition', 'Init'].flatMap((section) => [...(layered.sections.get(section)?.options.keys() ?? [])])
  return own.filter((option) => !option.startsWith('known/')).map((option) => option.replace(/\?.*$/, ''))
}

function tagsIn(layered: Layered): readonly string[] {
  return texts(layered).flatMap((text) =>
    [...text.matchAll(/<(?:known\/)?([A-Za-z_][\w.-]*)>/g)].map(([, tag]) => tag!.toLowerCase()),
  )
}

function texts(layered: Layered): readonly string[] {
  return [...layered.sections.values(), { options: layered.defaults }].flatMap(({ options }) =>
    [...options.values()].map(({ text }) => text),
  )
}
