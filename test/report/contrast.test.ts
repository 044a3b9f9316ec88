import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TOKENS } from '../../src/report/page/style.ts'

/** Of the page's colours: what stands on what, and how far apart they must be (WCAG 2.2 AA: text 4.5, shapes 3). */
const pairs: readonly (readonly [string, string, number])[] = [
  ['ink', 'page', 4.5],
  ['ink', 'card', 4.5],
  ['ink', 'wash', 4.5],
  ['soft', 'page', 4.5],
  ['soft', 'card', 4.5],
  ['link', 'card', 4.5],
  ['link', 'page', 4.5],
  ['band-ink', 'band', 4.5],
  ['band-soft', 'band', 4.5],
  ['bar', 'card', 3],
]

for (const theme of ['light', 'dark'] as const) {
  for (const [front, ground, least] of pairs) {
    test(`${theme}: ${front} on ${ground} has a contrast of ${least} at least`, () => {
      const ratio = contrast(TOKENS[theme][front]!, TOKENS[theme][ground]!)
      assert.ok(ratio >= least, ratio.toFixed(2))
    })
  }
}

function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
