/** Where in the files an option or one of its expressions was written. */
import type { Place } from '../../base/fault.ts'
import type { World } from '../../world/world.ts'
import { strip } from '../ini.ts'
import { type Layered, readLayers } from '../read-layers.ts'

export interface Places {
  /** The option as the jail's section, [DEFAULT] or the filter's file has it, before any substitution. */
  option(name: string): Written | undefined
  /** The line that an expression of the option came from, as far as its text tells. */
  expression(option: string, expression: string): Place | undefined
}

export interface Written {
  readonly text: string
  readonly at: Place
}

/** @param jail undefined for a filter alone */
export function places(
  world: World,
  folders: readonly string[],
  of: { readonly jail: string | undefined; readonly filter: string },
  jails: Layered | undefined = readLayers(world, folders, 'jail'),
): Places {
  const filter = readLayers(world, folders, `filter.d/${of.filter}`)
  const section = of.jail === undefined ? undefined : jails?.sections.get(of.jail)?.options
  const inFilter = (name: string) =>
    filter?.sections.get('Init')?.options.get(name) ?? filter?.sections.get('Definition')?.options.get(name)
  const option = (name: string) =>
    section?.get(name) ?? inFilter(name) ?? (of.jail === undefined ? undefined : jails?.defaults.get(name))
  return {
    option,
    expression(name, expression) {
      const own = option(name)
      const others = ['Definition', 'Init'].flatMap((part) => [...(filter?.sections.get(part)?.options.values() ?? [])])
      const lines = [own, ...others].flatMap((value) => (value ? linesOf(world, value) : []))
      const scored = lines.map((line) => ({ line, score: likeness(line.text, expression) }))
      const best = scored.reduce((a, b) => (b.score > a.score ? b : a), {
        line: undefined as Written | undefined,
        score: 0,
      })
      return best.line?.at ?? own?.at
    },
  }
}

/** The lines of a value with their numbers: comments in it are gone from the text, but not from the file. */
function linesOf(world: World, { text, at }: Written): Written[] {
  const wanted = text.split('\n')
  if (at.line === undefined) return []
  const file = textOf(world, at.file).split(/\r\n|\r|\n/)
  const found: Written[] = []
  let number = at.line
  for (const line of wanted) {
    if (line === '') continue
    while (number <= file.length && !strip(file[number - 1]!).includes(line)) number++
    if (number > file.length) return [...found, { text: line, at }]
    found.push({ text: line, at: { file: at.file, line: number } })
  }
  return found
}

function textOf(world: World, file: string): string {
  try {
    return world.files.text(file)
  } catch {
    return ''
  }
}

/** How many characters of a line stand, in order, in the expression that it may have become; 0 if it cannot be it. */
function likeness(line: string, expression: string): number {
  const pieces = line.replaceAll('%%', '%').split(/%\([^()]*\)s|<[^<>\s]*>/)
  let from = 0
  for (const [index, piece] of pieces.entries()) {
    const at = index === pieces.length - 1 ? expression.length - piece.length : expression.indexOf(piece, from)
    if (at < from || (index === 0 && at !== 0) || !expression.startsWith(piece, at)) return 0
    from = at + piece.length
  }
  return pieces.join('').length
}
