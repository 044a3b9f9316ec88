/**
 * The file of `rampart jail enable` and `disable`: the last word on which jails run, beside what the admin's own files say. A
 * file of jail.d as any other, of which lines are changed and no others.
 */
import { strip } from './ini.ts'

/** In a folder of the configuration; read behind all files of such a name that people give. */
export const SWITCHES = 'jail.d/zz-rampart.local'

export function isSwitches(folders: readonly string[], file: string): boolean {
  return folders.some((folder) => file === `${folder}/${SWITCHES}`)
}

const HEAD = [
  '# Jails switched on and off by: rampart jail enable NAME, rampart jail disable NAME.',
  '# Read after all other files of this folder. Other options of a jail belong into jail.local.',
]

/**
 * The file's text with a jail switched on or off, or, with undefined, with nothing said of it.
 * @returns empty if it says nothing of any jail then
 */
export function withSwitch(text: string, jail: string, enabled: boolean | undefined): string {
  const lines = text === '' ? [...HEAD] : text.replace(/\n$/, '').split('\n')
  const section = sectionOf(lines, jail)
  const result = section ? inSection(lines, section, enabled) : behind(lines, jail, enabled)
  return result.every((line) => line === '' || HEAD.includes(line)) ? '' : result.map((line) => `${line}\n`).join('')
}

interface Section {
  /** Its `[NAME]`. */
  readonly start: number
  /** Behind its last line. */
  readonly end: number
  /** Of its `enabled`, if it has one. */
  readonly option: number | undefined
}

function sectionOf(lines: readonly string[], jail: string): Section | undefined {
  const start = lines.findIndex((line) => HEADER.exec(strip(line))?.[1] === jail)
  if (start < 0) return undefined
  const next = lines.findIndex((line, index) => index > start && HEADER.test(strip(line)))
  const end = next < 0 ? lines.length : next
  const option = lines.findIndex((line, index) => index > start && index < end && ENABLED.test(line))
  return { start, end, option: option < 0 ? undefined : option }
}

// As `parseIni` takes them.
const HEADER = /^\[([^\n]+)\]/
const ENABLED = /^\s*enabled\s*[=:]/i

function inSection(lines: readonly string[], { start, end, option }: Section, enabled: boolean | undefined): string[] {
  if (enabled !== undefined) {
    const line = `enabled = ${enabled}`
    return option === undefined ? lines.toSpliced(start + 1, 0, line) : lines.toSpliced(option, 1, line)
  }
  if (option === undefined) return [...lines]
  const rest = lines.slice(start + 1, end).filter((line, index) => start + 1 + index !== option && line.trim() !== '')
  return rest.length > 0 ? lines.toSpliced(option, 1) : lines.toSpliced(start, end - start)
}

function behind(lines: readonly string[], jail: string, enabled: boolean | undefined): string[] {
  return enabled === undefined ? [...lines] : [...lines, '', `[${jail}]`, `enabled = ${enabled}`]
}
