import { type FilterSettings, plainFilter } from '../../src/filter/filter-settings.ts'

export function settingsOf(failregex: readonly string[], of: Partial<FilterSettings> = {}): FilterSettings {
  return { ...plainFilter('test', failregex), usedns: 'no', at: { file: 'test.conf' }, ...of }
}
