/** The map for a terminal: the denser a country's points, the more were counted there; the countries as bars below. */
import { barLines } from './bar-text.ts'
import { wrap } from './fit.ts'
import { cells } from './letters.ts'
import { ink, type Page, written } from './page.ts'
import { type Raster, raster } from './raster.ts'
import { shades } from './shades.ts'
import type { World } from './world-map.ts'

/** Below it a map shows nothing. */
const NARROWEST = 60
const WIDEST = 120
const ROWS = 20
/** Which of a square of 4 x 4 points are set first, second, ...: Bayer's matrix. */
const ORDER = [0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5]
/** Of 16 points, for land without a count, and for the six shades. */
const LAND = 2
const DENSITY = [5, 7, 9, 11, 13, 16]
/** The bit of each point of a braille sign: two columns, four rows. Source: Unicode, U+2800. */
const BITS = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80]

export function worldText(world: World, page: Page): string {
  const counted = [...world.counts].filter(([, count]) => count > 0).sort(([, a], [, b]) => b - a)
  if (counted.length === 0 && !world.unknown)
    return written(page, world, [world.empty ?? 'Nothing was counted in this time.'])
  const total = counted.reduce((sum, [, count]) => sum + count, world.unknown ?? 0)
  const row = ([label, count]: readonly [string, number]) => {
    const note = world.names?.get(label)
    return { label, count, share: count / total, ...(note === undefined ? {} : { note }) }
  }
  const rest = counted.slice(ROWS)
  const restCount = rest.reduce((sum, [, count]) => sum + count, 0)
  const bars = barLines(
    {
      ...world,
      rows: counted.slice(0, ROWS).map(row),
      apart: [
        ...(rest.length > 0 ? [row([rest.length === 1 ? '1 other' : `${rest.length} others`, restCount])] : []),
        ...(world.unknown ? [row(['unknown', world.unknown])] : []),
      ],
    },
    page,
  )
  return written(page, world, [...(page.columns >= NARROWEST ? map(counted, page) : []), ...bars])
}

function map(counted: readonly (readonly [code: string, count: number])[], page: Page): readonly string[] {
  const columns = Math.min(WIDEST, page.columns)
  const points = raster(columns * 2, counted.map(([code]) => code).reverse())
  const shading = shades(counted.map(([, count]) => count))
  const density = new Map(counted.map(([code, count]) => [code, DENSITY[shading.colour(shading.of(count))]!]))
  const lines: string[] = []
  for (let y = 0; y < points.height; y += 4) {
    let [line, run, isInked] = ['', '', false]
    for (let x = 0; x < points.width; x += 2) {
      const { sign, isCounted } = braille(points, density, x, y)
      if (isCounted !== isInked && sign !== ' ') {
        line += ink(page, isInked ? 'cyan' : 'dim', run)
        run = ''
        isInked = isCounted
      }
      run += sign
    }
    lines.push((line + ink(page, isInked ? 'cyan' : 'dim', run.trimEnd())).trimEnd())
  }
  const key = shading.bounds.map(
    ([from, to], shade) => `${swatch(DENSITY[shading.colour(shade)]!)} ${from === to ? String(from) : `${from}–${to}`}`,
  )
  // The blank of a pair is one that no line is broken at.
  const legend = wrap(key.map((pair) => pair.replace(' ', '\u00a0')).join(' '), columns - key.length, cells)
  return [...lines, '', ...legend.map((line) => line.replaceAll(' ', '  ').replaceAll('\u00a0', ' ')), '']
}

function braille(
  points: Raster,
  density: ReadonlyMap<string, number>,
  x: number,
  y: number,
): { sign: string; isCounted: boolean } {
  let [bits, isCounted] = [0, false]
  for (const [i, bit] of BITS.entries()) {
    const [px, py] = [x + (i & 1), y + (i >> 1)]
    const code = points.at(px, py)
    if (code === undefined) continue
    const points16 = density.get(code)
    if (points16 !== undefined) isCounted = true
    if (ORDER[(py & 3) * 4 + (px & 3)]! < (points16 ?? LAND)) bits |= bit
  }
  return { sign: bits === 0 ? ' ' : String.fromCharCode(0x2800 + bits), isCounted }
}

function swatch(density: number): string {
  const sign = (x: number) => {
    const bits = BITS.filter((_, i) => ORDER[(i >> 1) * 4 + x + (i & 1)]! < density)
    return String.fromCharCode(0x2800 + bits.reduce((sum, bit) => sum + bit, 0))
  }
  return sign(0) + sign(2)
}
