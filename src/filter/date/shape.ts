/**
 * Whether text can hold a date of the default forms at all, told from a few characters: a time with colons, the compact
 * form's eight digits, an epoch at the line's begin or in `audit(`, libtai's `@`. Where it says no, none of the templates
 * would find anything; a yes means nothing. Any character beyond ASCII counts as a digit, since other scripts' digits do.
 */

/** Whether the line may hold a date that does not lie between `from` and `to`: pass an empty span to ask for any. */
export function mayHoldDate(line: string, from: number, to: number): boolean {
  return (
    startsWithEpoch(line) ||
    holdsTime(line, from, to) ||
    holdsMark(line, '@', '', from, to) ||
    holdsMark(line, '(', 'audit', from, to) ||
    holdsCompact(line, from, to)
  )
}

const COLON = 58
const LAST_ASCII = 127

function isDigit(code: number): boolean {
  return (code >= 48 && code <= 57) || code > LAST_ASCII
}

/** Ten digits, after at most two characters. */
function startsWithEpoch(line: string): boolean {
  let at = 0
  while (at < 3 && !isDigit(line.charCodeAt(at))) at++
  for (let count = 0; count < 10; count++) {
    const code = line.charCodeAt(at + count)
    if (code > LAST_ASCII) return true
    if (!isDigit(code)) return false
  }
  return true
}

/** `1:2:3`, `1:22:3`. A time that begins or ends outside the span counts. */
function holdsTime(line: string, from: number, to: number): boolean {
  for (let at = line.indexOf(':'); at >= 0; at = line.indexOf(':', at + 1)) {
    if (at >= from && at < to) {
      at = to - 1
      continue
    }
    const minute = line.charCodeAt(at + 1)
    if (!isDigit(minute) || !isDigit(line.charCodeAt(at - 1))) continue
    if (minute > LAST_ASCII || line.charCodeAt(at + 2) > LAST_ASCII) return true
    const second = line.charCodeAt(at + 2) === COLON ? at + 2 : at + 3
    if (line.charCodeAt(second) === COLON && isDigit(line.charCodeAt(second + 1))) return true
  }
  return false
}

function holdsMark(line: string, mark: string, before: string, from: number, to: number): boolean {
  for (let at = line.indexOf(mark); at >= 0; at = line.indexOf(mark, at + 1)) {
    if ((at < from || at >= to) && line.endsWith(before, at)) return true
  }
  return false
}

/** `20261122T17`, or with one or two blanks. */
function holdsCompact(line: string, from: number, to: number): boolean {
  for (let at = line.indexOf('20'); at >= 0; at = line.indexOf('20', at + 1)) {
    if ((at < from || at >= to) && isCompact(line, at)) return true
  }
  return false
}

function isCompact(line: string, at: number): boolean {
  for (let count = 2; count < 8; count++) {
    const code = line.charCodeAt(at + count)
    if (code > LAST_ASCII) return true
    if (!isDigit(code)) return false
  }
  const after = line[at + 8]
  if (after !== 'T' && after !== ' ') return false
  return isDigit(line.charCodeAt(at + 9)) || (line[at + 9] === ' ' && isDigit(line.charCodeAt(at + 10)))
}
