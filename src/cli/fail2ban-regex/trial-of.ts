/** The trial of a filter, or which of its expressions cannot be used and why. */
import { asFault, Fault } from '../../base/fault.ts'
import type { FilterSettings } from '../../filter/filter-settings.ts'
import { expression } from '../../filter/regex/expression.ts'
import { expandTags } from '../../filter/tags.ts'
import { type Trial, type TrialOptions, trial } from '../../filter/trial.ts'
import type { Refusal } from './ask.ts'

export function trialOf(settings: FilterSettings, options: TrialOptions): Trial | Refusal {
  if (settings.ignoreregex.includes('')) return { out: `ERROR: ${EMPTY}`, code: 255 }
  try {
    // A filter without any is no error here: all of its lines are missed.
    const failregex = settings.failregex.length > 0 ? settings.failregex : [NEVER]
    return trial({ ...settings, failregex }, options)
  } catch (thrown) {
    const why = firstWrong(settings) ?? asFault(thrown, 'regex-command.filter').message
    return { out: `ERROR: ${why}`, code: 255 }
  }
}

const EMPTY = 'Cannot add empty regex'
const NEVER = '(?!)<F-ID>x</F-ID>'

/** In the order in which Fail2ban reads them. */
function firstWrong({ prefregex, failregex, ignoreregex, usedns }: FilterSettings): string | undefined {
  const groups: string[] = []
  if (prefregex !== undefined) {
    const wrong = read(expandTags(prefregex, usedns), groups)
    if (wrong !== undefined) return wrong
  }
  for (const one of failregex) {
    if (one === '') return EMPTY
    const own = [...groups]
    const wrong = read(expandTags(one, usedns), own)
    if (wrong !== undefined) return wrong
    if (!own.some((name) => IDS.has(name))) return `No failure-id group in '${one}'`
  }
  return ignoreregex.map((one) => read(expandTags(one, usedns), [])).find((wrong) => wrong !== undefined)
}

const IDS = new Set(['fid', 'ip4', 'ip6', 'dns', 'mlfid'])

/** Why it cannot be compiled; its groups are added to `groups`. */
function read(python: string, groups: string[]): string | undefined {
  try {
    groups.push(...expression(python).groups)
    return undefined
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown
    const why = thrown.message.replace(/ \(offset (\d+)\)$/, ' at position $1')
    return `Unable to compile regular expression '${python}':\n${why}`
  }
}
