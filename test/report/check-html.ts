/** Reads a page strictly, and says all that is wrong with it: what a browser would silently mend. */

const VOID = new Set(['meta', 'link', 'br', 'hr', 'img', 'input'])
const ELEMENTS = new Set(
  'html head meta title style body header main footer nav section h1 h2 h3 p dl dt dd div span ul li a table caption thead tbody tr th td details summary figure pre code bdi svg g path rect circle text tspan desc line'.split(
    ' ',
  ),
)
const ATTRIBUTES =
  /^(?:id|class|href|rel|lang|charset|name|content|http-equiv|scope|role|aria-[a-z]+|viewBox|width|height|x|y|x1|x2|y1|y2|cx|cy|r|rx|d|transform|preserveAspectRatio|data-[a-z]+)$/
/** No paragraph holds one of these. */
const BLOCKS = new Set(['p', 'div', 'dl', 'ul', 'table', 'section', 'h1', 'h2', 'h3', 'figure', 'details', 'pre'])

export interface Checked {
  readonly faults: readonly string[]
  readonly elements: ReadonlyMap<string, number>
  /** Text as a reader sees it, a line for each element. */
  readonly text: string
}

export function checkHtml(page: string): Checked {
  const faults: string[] = []
  const elements = new Map<string, number>()
  const ids = new Set<string>()
  const targets: string[] = []
  const open: string[] = []
  const texts: string[] = []
  if (!page.startsWith('<!DOCTYPE html>\n')) faults.push('no doctype')
  let rest = page.slice('<!DOCTYPE html>'.length)
  while (rest !== '') {
    if (open.at(-1) === 'style') {
      const end = rest.indexOf('</style>')
      rest = rest.slice(end + '</style>'.length)
      open.pop()
      continue
    }
    const text = /^[^<]+/.exec(rest)?.[0]
    if (text !== undefined) {
      const bare = text.replace(/&(?:amp|lt|gt|quot|#39);/g, '')
      if (/[&>]/.test(bare)) faults.push(`unescaped: ${text.slice(0, 60)}`)
      if (/[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/.test(text))
        faults.push('control character')
      texts.push(decode(text))
      rest = rest.slice(text.length)
      continue
    }
    const tag = /^<(\/?)([a-zA-Z][a-zA-Z0-9]*)((?: [a-zA-Z][\w:-]*="[^"<]*")*)(\/?)>/.exec(rest)
    if (!tag) {
      faults.push(`no tag: ${rest.slice(0, 80)}`)
      break
    }
    const [whole, end, name, attributes, alone] = tag as unknown as [string, string, string, string, string]
    rest = rest.slice(whole.length)
    if (end !== '') {
      if (open.pop() !== name) faults.push(`</${name}> closes another`)
      continue
    }
    elements.set(name, (elements.get(name) ?? 0) + 1)
    if (!ELEMENTS.has(name)) faults.push(`<${name}>`)
    if (BLOCKS.has(name) && open.includes('p')) faults.push(`<${name}> in <p>`)
    for (const [, key, value] of attributes.matchAll(/ ([\w:-]+)="([^"]*)"/g)) {
      if (!ATTRIBUTES.test(key!)) faults.push(`${key} of <${name}>`)
      if (key === 'id' && ids.has(value!)) faults.push(`id ${value} stands twice`)
      if (key === 'id') ids.add(value!)
      if (key === 'href' && value!.startsWith('#')) targets.push(value!.slice(1))
      else if (key === 'href' && !/^https?:\/\//.test(value!)) faults.push(`href ${value}`)
      if (key === 'aria-labelledby') targets.push(value!)
    }
    if (alone === '' && !VOID.has(name)) open.push(name)
  }
  if (open.length > 0) faults.push(`open at the end: ${open.join(' ')}`)
  for (const target of targets) if (!ids.has(target)) faults.push(`nothing has the id ${target}`)
  return { faults, elements, text: texts.join('\n') }
}

function decode(text: string): string {
  return text
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, '&')
}
