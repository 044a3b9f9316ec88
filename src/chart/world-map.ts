/** Where from: countries in six shades, small ones as dots. */
import { amount } from './amount.ts'
import { apart } from './apart.ts'
import { type Drawing, framed, MARGIN, nothing } from './frame.ts'
import type { Heading } from './heading.ts'
import { legend, type Swatch } from './legend.ts'
import { named } from './letters.ts'
import { element, titled } from './markup.ts'
import type { Picture } from './picture.ts'
import { shades } from './shades.ts'
import { WORLD_DOTS, WORLD_HEIGHT, WORLD_SHAPES, WORLD_WIDTH } from './world-shapes.ts'

export interface World extends Heading {
  /** By ISO 3166-1 alpha-2; what is on no map is told below it. */
  readonly counts: ReadonlyMap<string, number>
  /** For who points at a country. */
  readonly names?: ReadonlyMap<string, string>
  /** What is counted, as a plural: `addresses`. */
  readonly unit: string
  /** Of no known country. */
  readonly unknown?: number
  readonly empty?: string
}

const DEFAULT_WIDTH = 960
/** Of small countries, in pixels. */
const DOT = 4

/** @param width in pixels */
export function worldMap(world: World, width = DEFAULT_WIDTH): Picture {
  // Where dots meet the larger count is on top.
  const counted = [...world.counts].filter(([, count]) => count > 0).sort(([, a], [, b]) => a - b)
  const missing = counted.filter(([code]) => shapeOf(code) === undefined && dotOf(code) === undefined)
  const heading = { ...world, notes: [...untold(world, missing), ...(world.notes ?? [])] }
  const isEmpty = counted.length === 0 && !world.unknown
  return framed(
    'map',
    heading,
    { description: describe(world, counted), table: tableOf(world, counted) },
    width,
    isEmpty ? nothing(world.empty, width) : drawing(world, counted, width),
  )
}

type Counted = readonly (readonly [code: string, count: number])[]

/** What the map does not show is said below it. */
function untold({ unknown = 0, unit }: World, missing: Counted): readonly string[] {
  const list = missing
    .toReversed()
    .map(([code, count]) => `${named(code)} ${amount(count)}`)
    .join(', ')
  return [
    ...(list === '' ? [] : [`Not on the map: ${list}`]),
    ...(unknown === 0 ? [] : [`Of no known country: ${amount(unknown)} ${unit}`]),
  ]
}

/** A code is text from outside: `constructor` is no country. */
function shapeOf(code: string): string | undefined {
  return code !== '' && Object.hasOwn(WORLD_SHAPES, code) ? WORLD_SHAPES[code] : undefined
}

function dotOf(code: string): readonly [x: number, y: number] | undefined {
  return Object.hasOwn(WORLD_DOTS, code) ? WORLD_DOTS[code] : undefined
}

function drawing(world: World, counted: Counted, width: number): Drawing {
  const scale = (width - 2 * MARGIN) / WORLD_WIDTH
  const shading = shades(counted.map(([, count]) => count))
  const colour = (count: number) => `rc-q${shading.colour(shading.of(count))}`
  const told = (code: string, count: number) =>
    titled(`${world.names?.get(code) ?? code}: ${amount(count)} ${world.unit}`)

  const rest = Object.entries(WORLD_SHAPES).filter(([code]) => !((world.counts.get(code) ?? 0) > 0))
  const land = element('path', { class: 'rc-land', d: rest.map(([, shape]) => shape).join('') })
  const shapes = counted.flatMap(([code, count]) => {
    const shape = shapeOf(code)
    return shape
      ? [element('path', { class: `rc-land ${colour(count)}`, 'data-code': code, d: shape }, told(code, count))]
      : []
  })
  const small = counted.filter(([code]) => dotOf(code))
  const places = apart(
    small.map(([code]) => [dotOf(code)![0] * scale, dotOf(code)![1] * scale]),
    DOT * 1.5,
  )
  const dots = small.map(([code, count], i) => {
    const [cx, cy] = places[i]!
    return element('circle', { class: `rc-dot ${colour(count)}`, 'data-code': code, cx, cy, r: DOT }, told(code, count))
  })
  const map =
    element('g', { transform: `translate(${MARGIN} 0) scale(${scale.toFixed(5)})` }, land, ...shapes) +
    element('g', { transform: `translate(${MARGIN} 0)` }, ...dots)

  const mapHeight = Math.ceil(WORLD_HEIGHT * scale)
  const swatches: Swatch[] = [
    { className: 'rc-zero', words: 'none' },
    ...shading.bounds.map(([from, to], shade) => ({
      className: `rc-q${shading.colour(shade)}`,
      words: from === to ? amount(from) : `${amount(from)} – ${amount(to)}`,
    })),
    ...(dots.length > 0 ? [{ className: 'rc-q2', words: 'small country', shape: 'dot' as const }] : []),
  ]
  const key = legend(world.unit, swatches, width, mapHeight + 10)
  return { content: map + key.content, height: mapHeight + 10 + key.height }
}

function tableOf({ names, unit, unknown = 0 }: World, counted: Counted): Picture['table'] {
  const lines = counted.toReversed().map(([code, count]) => [code, names?.get(code) ?? '', amount(count)])
  const rest = unknown === 0 ? [] : [['', 'unknown', amount(unknown)]]
  return lines.length + rest.length === 0 ? [] : [['code', 'country', unit], ...lines, ...rest]
}

function describe({ unit, names }: World, counted: Counted): string {
  const first = counted.at(-1)
  if (first === undefined) return 'Nothing was counted.'
  const all = counted.reduce((sum, [, count]) => sum + count, 0)
  const countries = counted.length === 1 ? 'one country' : `${counted.length} countries`
  return `${amount(all)} ${unit} in ${countries}, the most in ${names?.get(first[0]) ?? first[0]}: ${amount(first[1])}.`
}
