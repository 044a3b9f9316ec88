/** What is drawn is well-formed, harmless, and the same in a file and in the middle of a page. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { barChart } from '../../src/chart/bar-chart.ts'
import { chartStyle } from '../../src/chart/style.ts'
import { svg } from '../../src/chart/svg.ts'
import { HOSTILE } from './hostile.ts'

const picture = barChart({
  title: HOSTILE.join(' '),
  unit: '<b>addresses</b>',
  rows: HOSTILE.map((label, i) => ({ label, count: i, note: label })),
})

for (const options of [
  {},
  { theme: 'light' },
  { theme: 'dark' },
  { inline: true },
  { inline: 'without-style' },
] as const) {
  test(`${JSON.stringify(options)}: elements are closed in order, and none but ours are there`, () => {
    const drawn = svg(picture, options)
    const open: string[] = []
    for (const [, close, name, , selfClosing] of drawn.matchAll(/<(\/?)(\w+)((?:\s[\w:-]+="[^"<]*")*)(\/?)>/g)) {
      assert.match(name!, /^(svg|title|desc|style|g|rect|path|circle|text)$/)
      if (close) assert.equal(open.pop(), name)
      else if (!selfClosing) open.push(name!)
    }
    assert.deepEqual(open, [])
    const rest = drawn.replace(/<\/?\w+(?:\s[\w:-]+="[^"<]*")*\/?>/g, '')
    assert.doesNotMatch(rest, /[<]|&(?!(amp|lt|gt|quot|#39);)/)
  })

  test(`${JSON.stringify(options)}: no script, no style attribute, no id, nothing that steers or turns text round`, () => {
    const drawn = svg(picture, options)
    assert.doesNotMatch(drawn, /<script|\sstyle=|\sid=|\son\w+="|href|url\(|@import/)
    assert.doesNotMatch(drawn, /[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufffe\uffff]/)
  })
}

test('in a page it has no ground of its own, and no style where the page has it', () => {
  assert.match(svg(picture), /<rect class="rc-ground"/)
  assert.doesNotMatch(svg(picture, { inline: true }), /<rect class="rc-ground"/)
  assert.match(svg(picture, { inline: true }), /<style>/)
  assert.doesNotMatch(svg(picture, { inline: 'without-style' }), /<style>/)
})

test('every class of the style sheet is under .rampart-chart or begins with rc-: a page keeps its own looks', () => {
  for (const [selector] of chartStyle('light').matchAll(/[^{}]+(?=\{)/g))
    assert.match(selector, /^(\.rampart-chart \.rc-|\.rc-|\.rampart-chart text$)/)
})

test('light and dark have every colour written in', () => {
  for (const theme of ['light', 'dark'] as const) assert.doesNotMatch(chartStyle(theme), /var\(|undefined|@media/)
})

test('text has 4.5:1 and bars 3:1 against the ground, in both themes', () => {
  for (const theme of ['light', 'dark'] as const) {
    const colour = (rule: RegExp) => rule.exec(chartStyle(theme))![1]!
    const ground = colour(/\.rc-ground\{fill:(#\w+)/)
    assert.ok(contrast(ground, colour(/fill:(#\w+)\}\.rampart-chart \.rc-title/)) >= 4.5)
    assert.ok(contrast(ground, colour(/\.rc-soft\{fill:(#\w+)/)) >= 4.5)
    for (const name of ['bar', 'apart'])
      assert.ok(contrast(ground, colour(new RegExp(`\\.rc-${name}\\{fill:(#\\w+)`))) >= 3)
    for (const i of [0, 1, 2, 3, 4, 5]) {
      const cell = colour(new RegExp(`\\.rc-q${i}\\{fill:(#\\w+)`))
      assert.ok(contrast(cell, colour(new RegExp(`\\.rc-t${i}\\{fill:(#\\w+)`))) >= 4.5, `${theme} ${i}`)
    }
  }
})

/** Source: WCAG 2.2, relative luminance. */
function contrast(a: string, b: string): number {
  const [dark, bright] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number]
  return (bright + 0.05) / (dark + 0.05)
}

function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
