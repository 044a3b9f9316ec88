/** The match `time`: the hour and the day of the week, by UTC as in the kernel. Source: iptables-extensions(8). */
import { type Given, type Module, options, unequal } from './option.ts'

export const time: Module = {
  options: options(
    ...['timestart TIME', 'timestop TIME', '!weekdays DAYS'],
    ...['!monthdays DAYS', 'datestart DATE', 'datestop DATE', 'contiguous', 'kerneltz', 'utc'],
  ),
  compile: (given) => {
    given.refuse('monthdays', 'datestart', 'datestop', 'contiguous', 'kerneltz')
    return [...hours(given), ...weekdays(given)]
  },
}

const LAST_SECOND = 86_399

/** In seconds: nft reads what is written as an hour by the clock of whoever calls it. */
function hours(given: Given): string[] {
  const from = secondOf(given, 'timestart') ?? 0
  const to = secondOf(given, 'timestop') ?? LAST_SECOND
  if (from <= to) return from === 0 && to === LAST_SECOND ? [] : [`meta hour ${from}-${to}`]
  // Over midnight: all but what lies between.
  return from - to === 1 ? [] : [`meta hour != ${to + 1}-${from - 1}`]
}

/** `9:30`, `23:59:59`. */
function secondOf(given: Given, name: string): number | undefined {
  const text = given.value(name)
  if (text === undefined) return undefined
  const parts = /^(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?$/.exec(text)
  const [hour, minute, second] = [parts?.[1], parts?.[2], parts?.[3] ?? 0].map(Number) as [number, number, number]
  if (!(hour < 24 && minute < 60 && second < 60)) throw given.bad(name, 'is no time of day', 'write 09:30 or 09:30:00')
  return hour * 3600 + minute * 60 + second
}

const DAYS = ['su', 'mo', 'tu', 'we', 'th', 'fr', 'sa']

function weekdays(given: Given): string[] {
  const option = given.get('weekdays')
  if (!option) return []
  const days = option.values[0]!.split(',').map((word) => {
    const number = /^[1-7]$/.test(word) ? Number(word) % 7 : DAYS.indexOf(word.slice(0, 2).toLowerCase())
    if (number < 0) throw given.bad('weekdays', `"${word}" is no day`, 'write Mon,Tue or 1,2')
    return number
  })
  return [`meta day ${unequal(option.not)}{ ${[...new Set(days)].sort().join(', ')} }`]
}
