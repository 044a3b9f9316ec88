import type { Rule } from './reading/sentence.ts'

/** What the reader sees beside the sentences of a rule. */
export const RULE_TITLES: Readonly<Record<Rule, string>> = {
  concentration: 'Concentration',
  change: 'Change',
  classes: 'Kinds of networks',
  scanners: 'Known scanners',
  owners: 'Same owner',
  sums: 'Countries in parts',
  cities: 'Data centre towns',
  continents: 'Continents',
  'long-tail': 'Long tail',
  repeat: 'Repeat offenders',
  jails: 'Jails',
  hours: 'Time of day',
  coverage: 'Coverage',
}
