/**
 * The forms of a date that are looked for when a filter names none, in the order in which they are tried. The order is
 * part of the meaning: 01/02/2026 is the first of February because day-month-year stands before month-day-year. The
 * forms and their order are facts of Fail2ban 1.0, seen in what `fail2ban-regex -v` prints.
 */

export interface Form {
  readonly pattern: string
  /** A time alone, or one that says itself where it stands, needs no second copy at the line's begin. */
  readonly only?: 'line' | 'as written'
  readonly kind?: 'epoch' | 'tai64n'
  /** No other form's date can hold one of these, or share its time, whatever its digits. */
  readonly closed?: true
}

export const FORMS: readonly Form[] = [
  // 2026-11-22T17:00:00.123+0100
  { pattern: '%ExY(?P<_sep>[-/.])%m(?P=_sep)%d(?:T|  ?)%H:%M:%S(?:[.,]%f)?(?:\\s*%z)?', closed: true },
  // Sun Nov 22 17:00:00 2026
  { pattern: '(?:%a )?%b %d %k:%M:%S(?:\\.%f)?(?: %ExY)?' },
  // Sun Nov 22 2026 17:00:00
  { pattern: '(?:%a )?%b %d %ExY %k:%M:%S(?:\\.%f)?' },
  // 22/11/2026 17:00:00, 22/11/26 17:00:00
  { pattern: '%d(?P<_sep>[-/])%m(?P=_sep)(?:%ExY|%Exy) %k:%M:%S' },
  // 22/Nov/2026:17:00:00 +0100
  { pattern: '%d(?P<_sep>[-/])%b(?P=_sep)%ExY[ :]?%H:%M:%S(?:\\.%f)?(?: %z)?', closed: true },
  // 11/22/2026:17:00:00
  { pattern: '%m/%d/%ExY:%H:%M:%S' },
  // 11-22-2026 17:00:00.123
  { pattern: '%m-%d-%ExY %k:%M:%S(?:\\.%f)?' },
  // 1795366800.123
  { pattern: 'Epoch', kind: 'epoch' },
  // 17:00:00
  { pattern: '%H:%M:%S', only: 'line' },
  // <11/22/26@17:00:00>
  { pattern: '^<%m/%d/%Exy@%H:%M:%S>', only: 'as written' },
  // 261122 17:00:00
  { pattern: '%Exy%Exm%Exd  ?%H:%M:%S' },
  // Nov 22, 2026 5:00:00 PM
  { pattern: '%b %d, %ExY %I:%M:%S %p' },
  // Nov-22-26 17:00:00
  { pattern: '^%b-%d-%Exy %k:%M:%S', only: 'as written' },
  // 20261122T170000
  { pattern: '%ExY%Exm%Exd(?:T|  ?)%ExH%ExM%ExS(?:[.,]%f)?(?:\\s*%z)?' },
  // CET Sun Nov 22 17:00:00 2026
  { pattern: '(?:%Z )?(?:%a )?%b %d %k:%M:%S(?:\\.%f)?(?: %ExY)?' },
  // +0100 Sun Nov 22 17:00:00 2026
  { pattern: '(?:%z )?(?:%a )?%b %d %k:%M:%S(?:\\.%f)?(?: %ExY)?' },
  // @4000000065a0b1c2...
  { pattern: 'TAI64N', kind: 'tai64n' },
]
