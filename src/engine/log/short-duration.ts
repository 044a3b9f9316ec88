/**
 * `6s`, `1h 1m`, `4w 2d`: a length of time as Fail2ban's log has it, three units at most. How long it is decides on the
 * least unit, to which it is rounded. Measured beside Fail2ban 1.0.2.
 */
export function shortDuration(seconds: number): string {
  const whole = Math.round(seconds)
  const [, least, ...units] = STEPS.find(([from]) => whole >= from)!
  // A half is rounded down.
  let rest = Math.ceil(whole / least - 0.5)
  const parts: string[] = []
  for (const [letter, size] of units) {
    const count = Math.floor(rest / (size / least))
    rest -= count * (size / least)
    if (count > 0) parts.push(`${count}${letter}`)
  }
  return parts.length === 0 ? '0s' : parts.join(' ')
}

type Unit = readonly [letter: string, seconds: number]

const SECOND: Unit = ['s', 1]
const MINUTE: Unit = ['m', 60]
const HOUR: Unit = ['h', 3600]
const DAY: Unit = ['d', 86_400]
const WEEK: Unit = ['w', 604_800]
const YEAR: Unit = ['y', 31_536_000]

/** From how many seconds on, which unit is the least, and all that are shown. */
const STEPS: readonly (readonly [from: number, least: number, ...Unit[]])[] = [
  [YEAR[1], DAY[1], YEAR, WEEK, DAY],
  [WEEK[1], HOUR[1], WEEK, DAY, HOUR],
  [DAY[1], MINUTE[1], DAY, HOUR, MINUTE],
  [HOUR[1] - 1, MINUTE[1], HOUR, MINUTE],
  [Number.NEGATIVE_INFINITY, SECOND[1], MINUTE, SECOND],
]
