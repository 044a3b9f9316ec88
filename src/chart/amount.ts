/** Numbers as charts show them. */

/** `1 234 567`, with narrow blanks that no line is broken at; means with one decimal below ten. */
export function amount(count: number): string {
  const rounded = Number.isInteger(count) || count >= 10 ? String(Math.round(count)) : count.toFixed(1)
  return rounded.replace(/\B(?=(?:\d{3})+$)/g, '\u202f')
}

/** At most four letters: `0.4`, `12`, `999`, `1.2k`, `35k`, `1.2M`. */
export function shortAmount(count: number): string {
  if (count === 0) return '0'
  if (count < 0.05) return '<.1'
  if (count < 9.95) return Number.isInteger(count) ? String(count) : count.toFixed(1)
  if (count < 999.5) return String(Math.round(count))
  for (const [unit, letter] of [
    [1e3, 'k'],
    [1e6, 'M'],
    [1e9, 'G'],
  ] as const) {
    const of = count / unit
    if (of < 9.95) return `${of.toFixed(1).replace('.0', '')}${letter}`
    if (of < 999.5) return `${Math.round(of)}${letter}`
  }
  return '>1T'
}

/** The bound of a step of a scale: with as many decimals as tell it from the next. */
export function boundAmount(bound: number, step: number): string {
  if (step >= 0.1 || step <= 0) return shortAmount(bound)
  return bound.toFixed(Math.ceil(-Math.log10(step))).replace(/0+$/, '')
}

/** `40.2 %`; what is not nothing is never shown as 0.0, nor as 100.0 what is not all. */
export function percent(share: number): string {
  if (share < 1 && share >= 0.9995) return '>\u202f99.9\u202f%'
  if (share > 0 && share < 0.0005) return '<\u202f0.1\u202f%'
  return `${(share * 100).toFixed(1)}\u202f%`
}
