/**
 * Random filters: tags, expressions, date patterns and what else a file may say end in a Filter or a Fault, and any line
 * in a verdict, soon. `node fuzz/tags.ts [COUNT] [SEED]`
 */
import { Fault } from '../src/base/fault.ts'
import { type Filter, filter } from '../src/filter/filter.ts'
import { safer } from '../src/filter/regex/safer.ts'
import { expandTags } from '../src/filter/tags.ts'
import { type Chance, chance, randomPattern, randomSyntax, randomText } from '../test/filter/regex/random.ts'
import { settingsOf } from '../test/filter/settings.ts'

const TAGS =
  '<HOST> <HOST> <ADDR> <SUBNET> <CIDR> <DNS> <IP4> <IP6> <F-ID/> <F-ID> </F-ID> <F-USER> </F-USER> <F-MLFID> </F-MLFID> <F-NOFAIL> </F-NOFAIL> <F-MLFFORGET> </F-MLFFORGET> <F-MLFGAINED> </F-MLFGAINED> <F-CONTENT> </F-CONTENT> <F-ALT_USER> </F-ALT_USER> <F-TUPLE_ID1> </F-TUPLE_ID1> <F-PORT/> <F-> <F-__proto__> <SKIPLINES> </HOST> <host> < > <F-USER/> ^ $ \\s* .*'.split(
    ' ',
  )

/** As a test runs it, too. @returns how often each end came; @throws what is neither a value nor a Fault */
export function fuzzTags(count: number, seed: number): ReadonlyMap<string, number> {
  const from = chance(seed)
  const ends = new Map<string, number>()
  for (let done = 0; done < count; done++) {
    const end = attempt(from)
    ends.set(end, (ends.get(end) ?? 0) + 1)
  }
  return ends
}

function attempt(from: Chance): string {
  const expression = () =>
    from.pick(['', '<HOST>', '^<ADDR> ']) + Array.from({ length: from.below(5) }, () => piece(from)).join('')
  const several = (most: number) => Array.from({ length: from.below(most) }, expression)
  const usedns = from.pick(['yes', 'warn', 'no', 'raw'] as const)
  const failregex = several(4)
  const prefregex = from.below(3) === 0 ? expression() : undefined
  const maxlines = from.below(4) === 0 ? 3 : 1
  let made: Filter
  try {
    made = filter(settingsOf(failregex, { ignoreregex: several(3), prefregex, maxlines, usedns }))
  } catch (thrown) {
    if (thrown instanceof Fault) return thrown.code
    throw thrown
  }
  made.watch.beCareful()
  for (const python of failregex) safer(python, (text) => expandTags(text, usedns))
  for (let line = 0; line < 4; line++) {
    const text = `${randomText(from)} 192.0.2.${from.below(300)} ${randomText(from)}`.replaceAll('\n', ' ')
    made.match(text, text, 1795366800000 + line)
  }
  return 'filter'
}

function piece(from: Chance): string {
  const kind = from.below(12)
  if (kind < 7) return from.pick(TAGS)
  return kind < 11 ? randomPattern(from, 1 + from.below(3)) : randomSyntax(from)
}

if (process.argv[1] === import.meta.filename) {
  console.log(fuzzTags(Number(process.argv[2] ?? 5000), Number(process.argv[3] ?? 1)))
}
