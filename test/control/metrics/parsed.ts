/** A strict reader of what monitoring is told: whatever either format does not allow is an error. */
import assert from 'node:assert/strict'

export interface Parsed {
  readonly name: string
  readonly type: string
  readonly samples: readonly {
    readonly name: string
    readonly labels: Readonly<Record<string, string>>
    readonly value: number
  }[]
}

type Format = 'text' | 'openmetrics'

/** @returns the families by name: without the suffix in OpenMetrics, with it in the text format */
export function parsed(text: string, format: Format): Map<string, Parsed> {
  assert.ok(text.endsWith('\n'), 'the last line has an end')
  const lines = text.slice(0, -1).split('\n')
  if (format === 'openmetrics') assert.equal(lines.pop(), '# EOF')
  const families = new Map<string, Parsed>()
  let lists: { readonly name: string; readonly type: string; readonly samples: Parsed['samples'][number][] } | undefined
  const seen = new Set<string>()
  for (const line of lines) {
    const [, word, name, rest] = /^# (TYPE|HELP|UNIT) ([a-z_:][a-z0-9_:]*) (.+)$/.exec(line) ?? []
    if (word === 'TYPE') {
      assert.ok(!families.has(name!), `${name} comes once`)
      assert.match(rest!, format === 'text' ? /^(counter|gauge)$/ : /^(counter|gauge|info)$/)
      assert.equal(/_total$/.test(name!), format === 'text' && rest === 'counter', `${name}: _total`)
      lists = { name: name!, type: rest!, samples: [] }
      families.set(name!, lists)
    } else if (word === 'UNIT') {
      assert.equal(format, 'openmetrics')
      assert.ok(name!.endsWith(`_${rest}`), line)
    } else if (word === 'HELP') assert.equal(name, lists?.name)
    else {
      const sample = sampleOf(line)
      assert.equal(sample.name, lists!.name + suffix(lists!.type, format), line)
      const key = line.slice(0, line.lastIndexOf(' '))
      assert.ok(!seen.has(key), `${key} comes once`)
      seen.add(key)
      lists!.samples.push(sample)
    }
  }
  return families
}

function suffix(type: string, format: Format): string {
  if (format === 'text') return ''
  return { counter: '_total', info: '_info' }[type] ?? ''
}

function sampleOf(line: string): Parsed['samples'][number] {
  const [, name, inner, value] = /^([a-z_:][a-z0-9_:]*)(?:\{(.*)\})? (-?\d+(?:\.\d+)?(?:e[-+]?\d+)?)$/.exec(line) ?? []
  assert.ok(name !== undefined, `no sample: ${line}`)
  return { name, labels: inner === undefined ? {} : labelsOf(inner), value: Number(value) }
}

function labelsOf(text: string): Record<string, string> {
  const labels: Record<string, string> = {}
  let rest = text
  while (rest !== '') {
    const [all, name, value] = /^([a-z_][a-z0-9_]*)="((?:[^"\\]|\\[\\"n])*)"(?:,|$)/.exec(rest) ?? []
    assert.ok(all !== undefined, `no label: ${rest}`)
    labels[name!] = value!.replace(/\\(.)/g, (_, sign: string) => (sign === 'n' ? '\n' : sign))
    rest = rest.slice(all.length)
  }
  return labels
}
