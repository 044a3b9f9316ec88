/** An ignoreregex that a client can satisfy switches the filter off for him. Rule: `lint.ignored-by-client`. */
import { lineWith } from './attack.ts'
import { example } from './example.ts'
import type { Finding } from './finding.ts'
import { asValue } from './fixed-expression.ts'
import { linesFor } from './lines-for.ts'
import { PEER } from './log-piece.ts'
import { canSay, type LogLine, type Slot } from './nginx-lines.ts'
import { shapeOf, takes } from './shape.ts'
import { nameOf, orElse, placeOfExpression, type Subject } from './subject.ts'
import { type Tries, tries } from './tries.ts'

export function ignoreRule(subject: Subject): readonly Finding[] {
  if (subject.filter.maxlines > 1) return []
  return subject.tries.ignore.flatMap((_, index) => orElse([], () => judge(subject, index)))
}

function judge(subject: Subject, index: number): readonly Finding[] {
  const lines = linesFor(subject, undefined)
  const sure = lines.length > 0
  const line = sure ? nginxEvasion(subject.tries, index, lines) : madeUpEvasion(subject.tries, index)
  if (line === undefined) return []
  const { written } = subject.tries.ignore[index]!
  return [
    {
      code: 'lint.ignored-by-client',
      severity: sure ? 'error' : 'warning',
      jail: subject.jail?.name,
      at: placeOfExpression(subject, 'ignoreregex', written),
      message: `${nameOf(subject)}: an attacker can switch the filter off, by what he writes`,
      why: sure
        ? 'The ignoreregex looks at the whole line, referrer and user agent included, which a client chooses.'
        : 'The ignoreregex also finds its text where the expression lets anything be.',
      source: { text: written, from: 0, to: written.length },
      example: { line, does: `is ignored; without those words it counts against ${PEER}` },
      ...(AGENT.test(written)
        ? { better: BY_ADDRESS }
        : remedy(sure ? betterIgnore(subject, index, lines) : undefined)),
    },
  ]
}

/** Words for who somebody says he is. */
const AGENT = /bot\b|crawl|spider|mozilla|chrome|safari|firefox|monitor|uptime/i
const BY_ADDRESS =
  'whoever likes calls himself so: spare such visitors by their addresses (ignoreip), or by an ignorecommand that looks up the name of the address and the address of that name'

const SLOTS: readonly Slot[] = ['agent', 'referrer', 'user']

function nginxEvasion(tried: Tries, index: number, lines: readonly LogLine[]): string | undefined {
  const { tree } = tried.ignore[index]!
  const words = (['first', 'last'] as const).map((branch) => example(tree.root, { branch }))
  const counted = lines.filter((line) => counts(tried, line.text()))
  for (const line of counted.sort((a, b) => Number(a.visitor) - Number(b.visitor))) {
    for (const slot of SLOTS.filter((slot) => line.slots.includes(slot))) {
      for (const word of words.filter((word) => word !== '' && canSay(slot, line.kind, word))) {
        const text = line.text({
          [slot]: slot === 'agent' ? `Mozilla/5.0 ${word}` : slot === 'referrer' ? `https://example.org/${word}` : word,
        })
        // The same words in a place without meaning: they alone made the difference.
        const { ignored, matched } = tried.line(text)
        if (ignored === index && matched !== undefined) return text
      }
    }
  }
  return undefined
}

function counts(tried: Tries, text: string): boolean {
  const { id, ignored } = tried.line(text)
  return id === PEER && ignored === undefined
}

function madeUpEvasion(tried: Tries, index: number): string | undefined {
  const word = example(tried.ignore[index]!.tree.root)
  if (word === '') return undefined
  for (const [number, { tree }] of tried.fail.entries()) {
    const { before, after } = shapeOf(tree)
    if (!counts(tried, lineWith(tried, number, {}))) continue
    for (const repeat of [...before, ...after].filter((repeat) => takes(repeat, word))) {
      const text = lineWith(tried, number, { fill: new Map([[repeat, word]]) })
      const { id, ignored } = tried.line(text, number)
      if (id === PEER && ignored === index) return text
    }
  }
  return undefined
}

function remedy(write: string | undefined): Pick<Finding, 'better' | 'write'> {
  return write === undefined
    ? { better: 'begin it with ^ and all that stands before the part it is meant for' }
    : { write }
}

/** The same words, but in the path of the request alone; tried. */
function betterIgnore(subject: Subject, index: number, lines: readonly LogLine[]): string | undefined {
  const { filter, host, tries: old } = subject
  const core = old.ignore[index]!.written.replace(/^\^?(?:\.[*+]\??)?/, '').replace(/(?:\.[*+]\??)?\$?$/, '')
  const text = String.raw`^\S+ [^"]*"(?:GET|HEAD) [^"?\s]*${grouped(core)}[?\s]`
  const words = example(old.ignore[index]!.tree.root).trim()
  const works = orElse(false, () => {
    const tried = tries(
      { ...filter, ignoreregex: filter.ignoreregex.map((one, at) => (at === index ? text : one)) },
      host.world.clock.now(),
    )
    const line = lines.find((line) => line.slots.includes('request') && counts(tried, line.text()))
    return (
      !nginxEvasion(tried, index, lines) &&
      line !== undefined &&
      tried.line(line.text({ request: `/${words}` })).ignored === index
    )
  })
  return works ? asValue(text) : undefined
}

function grouped(core: string): string {
  return /^\((?!\?)[^()]*\)$/.test(core) ? `(?:${core.slice(1)}` : `(?:${core})`
}
