/**
 * Figures as monitoring reads them, in two formats. Source: "Exposition formats" of Prometheus' documentation (text format 0.0.4),
 * and the specification of OpenMetrics 1.0.
 */
import type { Family, Sample } from './family.ts'

export type Format = 'text' | 'openmetrics'

export const CONTENT_TYPES: Readonly<Record<Format, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
}

export function exposition(families: readonly Family[], format: Format): string {
  const all = families.filter(({ samples }) => samples.length > 0).map((family) => block(family, format))
  return `${all.join('')}${format === 'openmetrics' ? '# EOF\n' : ''}`
}

/** What a caller would rather have, by the `Accept` of its request. */
export function formatOf(accept: string | undefined): Format {
  const quality = (type: string) => Math.max(0, ...accepted(accept ?? '').map((one) => (one.type === type ? one.q : 0)))
  const openmetrics = quality('application/openmetrics-text')
  return openmetrics > 0 && openmetrics >= quality('text/plain') ? 'openmetrics' : 'text'
}

function accepted(header: string): { readonly type: string; readonly q: number }[] {
  return header.split(',').map((part) => {
    const [type = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase())
    const q = Number(parameters.find((text) => text.startsWith('q='))?.slice(2) ?? 1)
    return { type, q: Number.isNaN(q) ? 0 : q }
  })
}

function block({ name, kind, help, unit, samples }: Family, format: Format): string {
  const full = name + SUFFIXES[kind]
  const isOpen = format === 'openmetrics'
  const told = isOpen ? name : full
  const type = kind === 'info' && !isOpen ? 'gauge' : kind
  const head = [
    `# TYPE ${told} ${type}\n`,
    ...(isOpen && unit ? [`# UNIT ${told} ${unit}\n`] : []),
    `# HELP ${told} ${isOpen ? escaped(help) : help.replace(/\\/g, '\\\\')}\n`,
  ]
  return [...head, ...samples.map((sample) => `${full}${labelsOf(sample)} ${sample.value}\n`)].join('')
}

const SUFFIXES = { counter: '_total', gauge: '', info: '_info' } as const

function labelsOf({ labels }: Sample): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

/** Anything of Unicode may stand in it but these; what is none becomes its sign for that. */
function escaped(text: string): string {
  return text.toWellFormed().replace(/["\\\n]/g, (sign) => (sign === '\n' ? '\\n' : `\\${sign}`))
}
