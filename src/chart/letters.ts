/** Text as a reader sees it: letters with their marks, how many cells of a terminal each takes, and text made harmless. */
import { printable } from '../base/printable.ts'

/** A letter and the marks above and below it. */
export function letters(text: string): readonly string[] {
  return text.match(/\P{M}\p{M}*|\p{M}+/gu) ?? []
}

/** 0 for marks and what joins letters, 2 for the scripts of East Asia and pictures, else 1. Source: Unicode UAX #11, as terminals have it. */
export function cells(text: string): number {
  let sum = 0
  for (const letter of text) sum += isMark(letter) ? 0 : isWide(letter.codePointAt(0)!) ? 2 : 1
  return sum
}

/** As `shown`; what has nothing to be seen in it is called blank. */
export function named(text: string): string {
  const name = shown(text)
  return /[^\s\p{M}\u200b-\u200d\u2060\ufeff]/u.test(name) ? name : '(blank)'
}

export function isMark(letter: string): boolean {
  return /^[\p{M}\u200b-\u200d\u2060\ufeff]$/u.test(letter)
}

export function isWide(point: number): boolean {
  return point >= 0x1100 && WIDE.some(([first, last]) => point >= first && point <= last)
}

/** On one line, what would steer a terminal or turn the order of reading round is spelled out, and no letter bears more than three marks. */
export function shown(text: string): string {
  return printable(
    text.replace(/[\u061c\ufffe\uffff]/g, (letter) => `\\u{${letter.charCodeAt(0).toString(16)}}`),
  ).replace(/(\p{M}{3})\p{M}+/gu, '$1')
}

const WIDE: readonly (readonly [first: number, last: number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xa000, 0xa4cf],
  [0xa960, 0xa97c],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff01, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f900, 0x1faff],
  [0x20000, 0x3fffd],
]
