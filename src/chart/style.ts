/** The one style sheet of all charts. Colours are tokens: two sets of them, and either can be written in for programs that know no CSS variables. */

/** `auto` follows what the reader prefers, and prints light. A page that sets `data-theme` on its root overrules that. */
export type Theme = 'auto' | 'light' | 'dark'

/** The rules for `.rampart-chart` and what is in it: every class begins with `rc-`. */
export function chartStyle(theme: Theme = 'auto'): string {
  if (theme !== 'auto') return coloured(RULES, theme)
  const [light, dark] = [tokens('light'), tokens('dark')]
  return (
    `.rampart-chart{${light}}` +
    `@media screen and (prefers-color-scheme:dark){.rampart-chart:not([data-theme=light] *){${dark}}}` +
    `@media screen{[data-theme=dark] .rampart-chart{${dark}}}${RULES}`
  )
}

/** Rules with the colours written in that they name: `var(--rc-ink)`. */
export function coloured(rules: string, theme: 'light' | 'dark'): string {
  return rules.replace(/var\(--rc-([\w-]+)\)/g, (_, name) => TOKENS[theme][name]!)
}

function tokens(theme: 'light' | 'dark'): string {
  return Object.entries(TOKENS[theme])
    .map(([name, value]) => `--rc-${name}:${value}`)
    .join(';')
}

/** Okabe and Ito's colours, which the colour-blind tell apart, are the same on both grounds. Source: jfly.uni-koeln.de/color. */
const SERIES = {
  s0: '#0072b2',
  s1: '#e69f00',
  s2: '#009e73',
  s3: '#d55e00',
  s4: '#56b4e9',
  s5: '#cc79a7',
}

// Text has 4.5:1 against its ground at least, bars 3:1 (WCAG 2.2).
const TOKENS: Readonly<Record<'light' | 'dark', Readonly<Record<string, string>>>> = {
  light: {
    ground: '#ffffff',
    ink: '#1c2128',
    soft: '#59636e',
    line: '#d8dee4',
    bar: '#2f6fb4',
    apart: '#8c959f',
    land: '#e9ecef',
    coast: '#ffffff',
    rim: '#175a9c',
    ...SERIES,
    s6: '#8c959f',
    q0: '#c6dcf0',
    q1: '#96c1e3',
    q2: '#61a1d3',
    q3: '#2d74b3',
    q4: '#175a9c',
    q5: '#08306b',
    t0: '#1c2128',
    t1: '#1c2128',
    t2: '#1c2128',
    t3: '#ffffff',
    t4: '#ffffff',
    t5: '#ffffff',
  },
  dark: {
    ground: '#0d1117',
    ink: '#e6edf3',
    soft: '#9ba5b0',
    line: '#2b323b',
    bar: '#4c94dd',
    apart: '#6e7681',
    land: '#232a33',
    coast: '#0d1117',
    rim: '#92c1ea',
    ...SERIES,
    s6: '#8c959f',
    q0: '#1d3b5c',
    q1: '#22568a',
    q2: '#2f77b8',
    q3: '#559bd8',
    q4: '#92c1ea',
    q5: '#d9ebfa',
    t0: '#e6edf3',
    t1: '#e6edf3',
    t2: '#ffffff',
    t3: '#0d1117',
    t4: '#0d1117',
    t5: '#0d1117',
  },
}

const FONT = 'system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"DejaVu Sans",sans-serif'

const RULES = [
  `.rampart-chart text{font-family:${FONT};font-size:13px;font-variant-numeric:tabular-nums;fill:var(--rc-ink)}`,
  '.rampart-chart .rc-title{font-size:18px;font-weight:600}',
  '.rampart-chart .rc-soft{fill:var(--rc-soft)}',
  '.rampart-chart .rc-small{font-size:11px}',
  '.rampart-chart .rc-middle{text-anchor:middle}',
  '.rampart-chart .rc-end{text-anchor:end}',
  // A line of the grid that runs under a number must not run through it.
  '.rampart-chart .rc-value{paint-order:stroke;stroke:var(--rc-ground);stroke-width:4px;stroke-linejoin:round}',
  '.rc-ground{fill:var(--rc-ground)}',
  '.rc-line{fill:none;stroke:var(--rc-line);stroke-width:1px}',
  '.rc-bar{fill:var(--rc-bar)}',
  '.rc-apart{fill:var(--rc-apart)}',
  '.rc-break{fill:none;stroke:var(--rc-ground);stroke-width:2px}',
  '.rc-hatch{fill:none;stroke:var(--rc-apart);stroke-width:1px}',
  '.rc-hit{fill:none;pointer-events:all}',
  '.rc-land{fill:var(--rc-land);stroke:var(--rc-coast);stroke-width:3px;stroke-linejoin:round}',
  '.rc-dot{stroke:var(--rc-rim);stroke-width:1px}',
  '.rc-zero{fill:var(--rc-land)}',
  ...[0, 1, 2, 3, 4, 5, 6].map((i) => `.rc-s${i}{fill:var(--rc-s${i})}`),
  ...[0, 1, 2, 3, 4, 5].map((i) => `.rc-q${i}{fill:var(--rc-q${i})}`),
  ...[0, 1, 2, 3, 4, 5].map((i) => `.rampart-chart .rc-t${i}{fill:var(--rc-t${i})}`),
].join('')
