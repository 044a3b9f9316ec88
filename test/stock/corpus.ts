/**
 * The sample logs of the installed Fail2ban package: lines under annotations that say what its own filters must make of
 * them. They are read where they are installed; nothing of them is part of Rampart.
 */
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { after } from 'node:test'

const TESTS = '/usr/lib/python3/dist-packages/fail2ban/tests'
const LOGS = join(TESTS, 'files/logs')
const STOCK = '/etc/fail2ban'

/** Why there are none; false if there are. */
export const missing: string | false =
  existsSync(LOGS) && existsSync(STOCK) ? false : 'the package fail2ban is not installed'

/** One line for one filter with its options. Lines of the same `filter` share what it holds from line to line. */
export interface Step {
  readonly at: string
  /** `sshd[mode="ddos"]`. */
  readonly filter: string
  readonly options: Options
  readonly line: string
  readonly expected: Expected
}

export type Options = Readonly<Record<string, string>>

/** What an annotation says; empty: the line is no failure. */
export type Expected = Readonly<Record<string, unknown>>

export interface Corpus {
  readonly name: string
  /** Where its filter is. */
  readonly folder: string
  readonly steps: readonly Step[]
}

/** One corpus for each filter that has samples, in the order in which the lines are meant to be read. */
export function corpora(): readonly Corpus[] {
  return [STOCK, ownFilters()].flatMap((folder) =>
    globSync('*.conf', { cwd: join(folder, 'filter.d') })
      .filter((file) => !file.endsWith('common.conf'))
      .map((file) => basename(file, '.conf'))
      .sort()
      .map((name) => ({ name, folder, steps: stepsOf(name) })),
  )
}

/** The package's tests have filters of their own, which include one by a path that exists in its source tree alone. */
function ownFilters(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rampart-corpus-'))
  after(() => rmSync(folder, { recursive: true }))
  mkdirSync(join(folder, 'filter.d'))
  for (const file of globSync('zzz-*.conf', { cwd: join(TESTS, 'config/filter.d') })) {
    const text = readFileSync(join(TESTS, 'config/filter.d', file), 'utf8')
    writeFileSync(join(folder, 'filter.d', file), text.replace(/\S+(?=\/filter\.d\/common\.conf)/, STOCK))
  }
  return folder
}

/** Every line of the logs that is no comment and not blank, as `file:number`. */
export function samplePlaces(): readonly string[] {
  return globSync('*', { cwd: LOGS })
    .filter((name) => name !== 'bsd')
    .flatMap((name) =>
      linesOf(name).flatMap((line, index) => (line.startsWith('#') || !line.trim() ? [] : [`${name}:${index + 1}`])),
    )
}

/** How many lines are annotated. */
export function annotations(): number {
  return globSync('*', { cwd: LOGS })
    .filter((name) => name !== 'bsd')
    .flatMap(linesOf)
    .filter((line) => /^#+ ?failJSON:/.test(line)).length
}

function linesOf(name: string): string[] {
  const lines = readFileSync(join(LOGS, name), 'utf8').split('\n')
  return lines.map((line) => line.replace(/[\r\n]+$/, ''))
}

const ANNOTATION = /^#+ ?(failJSON|fileOptions|filterOptions|addFILE):(.+)$/

function stepsOf(name: string): Step[] {
  const steps: Step[] = []
  const files = [name]
  let common: Options = {}
  let tests: readonly Options[] | undefined
  for (const file of files) {
    let skipped = false
    const lines = linesOf(file)
    for (let index = 0; index < lines.length; index++) {
      const [, kind, json] = ANNOTATION.exec(lines[index]!) ?? []
      const data = json === undefined ? {} : JSON.parse(json)
      if (kind === 'fileOptions') common = data
      else if (kind === 'addFILE') files.push(data)
      else if (kind === 'filterOptions') {
        const all = [data].flat().map((options): Options => ({ ...common, ...options }))
        const wanted = all.filter((options) => holds(options['test.condition'], name, options))
        skipped = wanted.length < all.length
        tests = wanted
      } else {
        if (kind === 'failJSON') index++
        else if (skipped || lines[index]!.startsWith('#') || !lines[index]!.trim()) continue
        if (skipped) continue
        if (!tests?.length) tests = [{}]
        for (const options of tests) {
          if (!holds(data.constraint, name, options)) continue
          const line = (options['test.prefix-line'] ?? '') + lines[index]!
          steps.push({ at: `${file}:${index + 1}`, filter: reference(name, options), options, line, expected: data })
        }
      }
    }
  }
  return steps
}

/** The few conditions that there are. */
function holds(condition: string | undefined, name: string, options: Options): boolean {
  if (condition === undefined) return true
  const [, option, sign, value] = /^(?:name|opts\.get\('(\w+)'\)) *([!=]=) *'(\w+)'$/.exec(condition) ?? []
  if (value === undefined) throw new Error(`a condition of an unknown form: ${condition}`)
  return ((option === undefined ? name : options[option]) === value) === (sign === '==')
}

function reference(name: string, options: Options): string {
  const given = Object.entries(options).filter(([key]) => !key.startsWith('test.'))
  return given.length === 0 ? name : `${name}[${given.map(([key, value]) => `${key}="${value}"`).join(', ')}]`
}
