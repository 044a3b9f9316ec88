/** Settings of a filter for tests: its expressions, and what else matters to a test. */
import type { FilterSettings } from '../../src/filter/filter-settings.ts'

export function settingsOf(failregex: readonly string[], of: Partial<FilterSettings> = {}): FilterSettings {
  return {
    name: 'test',
    failregex,
    ignoreregex: [],
    prefregex: undefined,
    datepattern: undefined,
    maxlines: 1,
    journalmatch: [],
    usedns: 'no',
    logencoding: 'auto',
    logtimezone: undefined,
    mode: undefined,
    logtype: 'file',
    at: { file: 'test.conf' },
    ...of,
  }
}
