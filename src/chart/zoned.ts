/** Moments as the clock of a zone shows them. Months in English: a picture is the same on every host. */

export interface Zoned {
  /** What the clock shows, in milliseconds as if it were UTC: its days and hours are whole, whatever the zone. */
  readonly wall: number
  /** `14:05`. */
  readonly time: string
  /** `23 Nov`. */
  readonly date: string
  readonly year: number
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** @param zone as the tz database names it: `Europe/Paris` */
export function zoneClock(zone: string): (ms: number) => Zoned {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  })
  return (ms) => {
    const parts: Record<string, number> = {}
    for (const { type, value } of format.formatToParts(ms)) parts[type] = Number(value)
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
    return {
      wall: Date.UTC(year, month - 1, day, hour, minute, second),
      time: `${two(hour)}:${two(minute)}`,
      date: `${day} ${MONTHS[month - 1]}`,
      year,
    }
  }
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
