/**
 * Date patterns and lines from chance: a pattern becomes a detector or a Fault `date.pattern`, a line a date or none,
 * and the span lies in the line. `node fuzz/date.ts [rounds] [seed]`; prints the seed and the text of what failed.
 */
import { Fault } from '../src/base/fault.ts'
import { dateDetector } from '../src/filter/date/detector.ts'
import { line as dateLine, dice } from '../test/filter/date/lines.ts'

const PIECES =
  '%Y %m %d %H %M %S %b %a %z %Z %f %p %I %j %U %W %w %y %ExY %Exy %Exm %Exd %ExH %Exk %Exl %k %l %ExM %ExS %Exz %ExZ %c %x %X %% % %Q {^LN-BEG} {UNB} {DATE} {DEFAULT} {NONE} {EPOCH} {LEPOCH} EPOCH TAI64N ** ^ $ \\b \\s \\d \\w \\W \\. \\[ \\] \\( \\) \\\\ \\ \\Z \\A \\x41 \\1 ( ) (?: (?= (?! (?<= (?P<q> (?P=q) (?i) (?> (?(1) [ ] [^ - : / . , | ? * + {2} {,3} {1,} { } T x \n é ٣ 😀'.split(
    ' ',
  )

const roll = dice(Number(process.argv[3] ?? Date.now() % 1_000_000))
const rounds = Number(process.argv[2] ?? 20_000)
const counts = { accepted: 0, refused: 0, dates: 0 }

for (let round = 0; round < rounds; round++) {
  const patterns = Array.from({ length: 1 + roll(9) }, () => PIECES[roll(PIECES.length)]!).join(
    roll(3) === 0 ? ' ' : '',
  )
  try {
    tryPattern(patterns)
  } catch (thrown) {
    console.error(`failed on the pattern ${JSON.stringify(patterns)}`)
    throw thrown
  }
}
console.log(counts)

function tryPattern(patterns: string): void {
  let detector: ReturnType<typeof dateDetector>
  try {
    detector = dateDetector({ patterns })
  } catch (thrown) {
    if (!(thrown instanceof Fault) || thrown.code !== 'date.pattern') throw thrown
    counts.refused++
    return
  }
  counts.accepted++
  for (let count = 0; count < 8; count++) {
    const text = roll(4) === 0 ? noise() : dateLine(roll)
    const found = detector.find(text, 1795366800000 + roll(1e9))
    if (!found) continue
    counts.dates++
    const { start, end, time } = found
    if (!(0 <= start && start <= end && end <= text.length))
      throw new Error(`the span ${start}-${end} of ${JSON.stringify(text)}`)
    if (time !== undefined && !Number.isFinite(time)) throw new Error(`the time ${time} of ${JSON.stringify(text)}`)
  }
}

/** Any characters, more of those that dates are made of. */
function noise(): string {
  const alphabet = '0123456789:/-., +TZ[]()@<>"\\\u0000\u001b\r\n\u2028äé٣😀abcNovSunam'
  return Array.from({ length: roll(120) }, () => alphabet[roll(alphabet.length)]!).join('')
}
