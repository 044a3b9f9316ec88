/** Reads a drawn SVG back: its texts with the room they take at most, and what is wrong with it. */
import { textWidth } from '../../src/chart/text-width.ts'

export interface Text {
  readonly text: string
  readonly className: string
  readonly left: number
  readonly right: number
  readonly baseline: number
  readonly size: number
}

/** Moved groups are counted in; what is scaled holds no text. */
export function texts(svg: string): readonly Text[] {
  const found: Text[] = []
  const offsets: (readonly [number, number])[] = [[0, 0]]
  for (const [, close, name, words, selfClosing, text] of svg.matchAll(/<(\/?)(\w+)([^>]*?)(\/?)>([^<]*)/g)) {
    const [x0, y0] = offsets.at(-1)!
    if (name === 'g' && close) offsets.pop()
    else if (name === 'g' && !selfClosing) {
      const [, dx = '0', dy = '0'] = /translate\(([-\d.]+) ([-\d.]+)\)/.exec(words!) ?? []
      offsets.push([x0 + Number(dx), y0 + Number(dy)])
    } else if (name === 'text' && !close) found.push(box(words!, plain(text!), x0, y0))
  }
  return found
}

function box(words: string, text: string, x0: number, y0: number): Text {
  const className = /class="([^"]*)"/.exec(words)?.[1] ?? ''
  const x = Number(/ x="([^"]*)"/.exec(words)![1]) + x0
  const baseline = Number(/ y="([^"]*)"/.exec(words)![1]) + y0
  const size = className.includes('rc-title') ? 18 : className.includes('rc-small') ? 11 : 13
  const width = textWidth(text, size, size === 18)
  const left = className.includes('rc-end') ? x - width : className.includes('rc-middle') ? x - width / 2 : x
  return { text, className, left, right: left + width, baseline, size }
}

/** Texts that may leave the picture or meet another, in whatever font of common width. */
export function collisions(svg: string): readonly string[] {
  const [, width, height] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg)!.map(Number) as [number, number, number]
  const all = texts(svg)
  const outside = all
    .filter(({ left, right, baseline }) => left < -0.01 || right > width + 0.01 || baseline > height || baseline < 8)
    .map(({ text }) => `outside: ${text}`)
  const sorted = all.toSorted((a, b) => a.baseline - b.baseline)
  const meeting = sorted.flatMap((a, i) => {
    const meets: string[] = []
    for (const b of sorted.slice(i + 1)) {
      if (b.baseline - a.baseline >= b.size * 0.8) break
      if (a.left < b.right && b.left < a.right) meets.push(`${a.text} | ${b.text}`)
    }
    return meets
  })
  return [...outside, ...meeting]
}

export function plain(text: string): string {
  const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', '#39': "'", amp: '&' }
  return text.replace(/&(lt|gt|quot|#39|amp);/g, (_, name) => entities[name]!)
}
