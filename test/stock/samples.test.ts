/** Every sample line beside the stock filters gets the verdict that stands over it. */
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { globSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { after, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { parseAddress, printNetwork } from '../../src/base/address.ts'
import { loadFilter } from '../../src/config/load-filter.ts'
import { filter as compile, type Filter } from '../../src/filter/filter.ts'
import { logMatcher } from '../../src/filter/log-matcher.ts'
import { expression } from '../../src/filter/regex/expression.ts'
import { expandTags } from '../../src/filter/tags.ts'
import { realWorld } from '../../src/world/real.ts'
import { type Group, readSamples } from './sample.ts'

/** Judges lines by a stock filter: the address that it finds in each, undefined for none. */
interface Runner {
  readonly name: string
  /** Why it cannot run here; undefined: it can. */
  readonly missing: string | undefined
  /** @param filter `sshd[mode=ddos]` */
  readonly judge: (filter: string, lines: readonly string[]) => readonly (string | undefined)[]
}

const folder = mkdtempSync(join(tmpdir(), 'rampart-stock-'))
after(() => rmSync(folder, { recursive: true }))

const RUNNERS: readonly Runner[] = [ownEngine(), fail2banRegex()]
const files = globSync('config/filter.d/samples/*.log').sort()

test('every stock expression holds text that few lines have', () => {
  for (const file of files) {
    for (const needle of stockFilter(basename(file, '.log')).needles) {
      assert.ok(
        // A letter beyond ASCII that (?i) takes for an i, k or s is rare by itself.
        needle?.any.every((text) => text.trim().length >= 3 || /[^\0-\x7f]/.test(text)),
        `${file}: ${JSON.stringify(needle)}`,
      )
    }
  }
})

test('R34 no line can keep a stock expression busy for long', () => {
  for (const file of files) {
    for (const group of readSamples(file)) {
      const { settings } = stockFilter(`${basename(file, '.log')}[${options(group)}]`)
      for (const python of [...settings.failregex, ...settings.ignoreregex]) {
        assert.notEqual(expression(expandTags(python, settings.usedns)).risk, 'exponential', `${file}: ${python}`)
      }
    }
  }
})

test('every stock filter has samples', () => {
  // common.conf is for others to begin with.
  const filters = readdirSync('config/filter.d').filter((name) => name.endsWith('.conf') && name !== 'common.conf')
  assert.deepEqual(
    files.map((file) => basename(file, '.log')).sort(),
    filters.map((name) => basename(name, '.conf')).sort(),
  )
})

for (const runner of RUNNERS) {
  for (const file of files) {
    for (const group of readSamples(file)) {
      const filter = reference(file, group)
      describe(`${runner.name}, ${filter}`, { skip: runner.missing ?? false }, () => {
        let found: readonly (string | undefined)[] | undefined
        for (const [index, sample] of group.samples.entries()) {
          test(`${sample.address ?? 'nobody'}: ${sample.why}`, () => {
            found ??= runner.judge(
              filter,
              group.samples.map(({ line }) => line),
            )
            assert.equal(canonical(found[index]), sample.address, sample.line)
          })
        }
      })
    }
  }
}

for (const file of files) {
  for (const group of readSamples(file)) {
    if (!group.samples.some(({ forged }) => forged)) continue
    test(`${basename(file, '.log')}: within its record a forged line counts for nobody`, () => {
      const log = group.samples
        .map(
          ({ line }) => `${line}
`,
        )
        .join('')
      const found = matched(stockFilter(basename(file, '.log')), log)
      const forged = group.samples.filter(({ forged }) => forged).map(({ address }) => address)
      assert.deepEqual(
        found.filter((address) => forged.includes(canonical(address))),
        [],
      )
      assert.ok(found.length > 0)
    })
  }
}

/** `nginx-4xx`, `nginx-4xx[codes="403|410"]` */
function reference(file: string, group: Group): string {
  const name = basename(file, '.log')
  return group.options === '' ? name : `${name}[${options(group)}]`
}

/** `codes=403|410` is `codes="403|410"` where a list of options is read. */
function options({ options }: Group): string {
  return options.replace(/^([^=]+)=(.*)$/, '$1="$2"')
}

/** All of it: the search for literals, the date, the expressions. Each line is a log of its own. */
function ownEngine(): Runner {
  return {
    name: 'rampart',
    missing: undefined,
    judge(filter, lines) {
      const stock = stockFilter(filter)
      return lines.map((line) => matched(stock, `${line}\n`)[0])
    },
  }
}

function stockFilter(name: string): Filter {
  return compile(loadFilter(realWorld(), ['config'], name))
}

/** The addresses of the failures in a log. */
function matched(filter: Filter, log: string): string[] {
  const { failures, faults } = logMatcher([{ jail: 'stock', filter, findtime: Infinity }]).match(Buffer.from(log), NOW)
  assert.deepEqual(faults, [])
  return failures.map(({ failure }) => failure.id)
}

/** When the samples were taken; dates without a year are of this one. */
const NOW = Date.UTC(2026, 10, 23)

/** The original, as it is installed: it tells which lines matched, and their addresses. All at once, since it starts slowly. */
function fail2banRegex(): Runner {
  const there = spawnSync('fail2ban-regex', ['--version']).status === 0
  let told: ReadonlyMap<string, readonly string[]> | undefined
  return {
    name: 'fail2ban-regex',
    missing: there ? undefined : 'fail2ban-regex is not installed',
    judge(filter, lines) {
      told ??= askFail2ban(files.flatMap((file) => readSamples(file).map((group) => ({ file, group }))))
      const [rows = '', matches = ''] = told.get(filter) ?? []
      const addresses = new Map<string, string>()
      for (const row of rows.split('\n')) {
        const blank = row.indexOf(' ')
        if (blank > 0) addresses.set(row.slice(blank + 1), row.slice(0, blank))
      }
      // A session tells all its lines with each failure: only those that were matched are failures.
      const [list = ''] = matches.split('Matched line(s):\n')[1]?.split('\n`-') ?? []
      const matched = new Set(list.split('\n').map((row) => row.trimEnd()))
      return lines.map((line) => (matched.has(`|  ${line}`.trimEnd()) ? addresses.get(line) : undefined))
    },
  }
}

/** What it prints of each filter's samples: an address and a line for each line of a failure; what matched. */
function askFail2ban(
  tasks: readonly { readonly file: string; readonly group: Group }[],
): ReadonlyMap<string, readonly string[]> {
  const names = tasks.map(({ file, group }) => reference(file, group))
  const input = tasks.flatMap(({ group }, index) => {
    const log = join(folder, `${index}.log`)
    writeFileSync(log, group.samples.map(({ line }) => `${line}\n`).join(''))
    const args = ['-c', 'config', '--usedns', 'no', '-e', 'utf-8']
    return [
      [...args, '-o', '<ip> <msg>', log, names[index]!],
      [...args, '--print-all-matched', log, names[index]!],
    ]
  })
  const program = fileURLToPath(new URL('../cli/regex-oracle.py', import.meta.url))
  const options = { input: input.map((words) => `${JSON.stringify(words)}\n`).join(''), encoding: 'utf8' } as const
  const answers = execFileSync('/usr/bin/python3', [program], { ...options, maxBuffer: 1 << 28 })
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { readonly out: string }).out)
  return new Map(names.map((name, index) => [name, answers.slice(2 * index, 2 * index + 2)]))
}

/** Addresses are compared as such: the kernel's log writes IPv6 in full. */
function canonical(address: string | undefined): string | undefined {
  const network = address === undefined ? undefined : parseAddress(address)
  return network ? printNetwork(network) : address
}
