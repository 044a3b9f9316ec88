/**
 * The linter: a configuration that can be read may still guard nobody, ban the wrong, or be switched off by an attacker.
 * What is said of an expression was tried on it.
 */
import { asFault, Fault } from '../../base/fault.ts'
import { decoder } from '../../filter/decode.ts'
import type { FilterSettings } from '../../filter/filter-settings.ts'
import { withinLimit } from '../../filter/regex/limit.ts'
import type { World } from '../../world/world.ts'
import { type Discovery, discover } from '../discover.ts'
import { loadConfiguration } from '../load-configuration.ts'
import { loadFilter } from '../load-filter.ts'
import { type JailSource, readJail } from '../read-jail.ts'
import { readLayers } from '../read-layers.ts'
import { serviceLookup } from '../service-lookup.ts'
import type { JailSettings } from '../settings.ts'
import { distinct, type Finding, findingOf } from './finding.ts'
import { logViews } from './log-view.ts'
import { nginxWrites } from './nginx-writes.ts'
import { outgoingRule } from './outgoing-rule.ts'
import { places } from './places.ts'
import { RULES } from './rules.ts'
import { type Host, nameOf, orElse, placeOf, type Subject } from './subject.ts'
import { tries } from './tries.ts'

export interface LintOptions {
  /** First to last, later wins; the first is the stock one. */
  readonly folders: readonly string[]
  /** Jails, or else filters with their options; none: the jails that `rampart up` would run. */
  readonly names?: readonly string[]
  /** Whether log files are read, which an attacker writes; at load they are not. */
  readonly logs: boolean
}

export interface Linted {
  readonly findings: readonly Finding[]
  readonly jails: readonly string[]
  readonly filters: readonly string[]
}

/** Changes nothing. @throws Fault `lint.unknown-name` for a name that is neither a jail nor a filter */
export async function lint(world: World, options: LintOptions): Promise<Linted> {
  const { folders, names = [] } = options
  const discovery = await discover(world)
  const layered = readLayers(world, folders, 'jail')
  const host: Host = { world, folders, nginx: await nginxWrites(world), jails: layered, reads: options.logs }
  const chosen = names.length === 0 ? running(world, folders, discovery) : named(host, names, discovery)
  const findings = [...chosen.findings]
  for (const jail of chosen.jails) {
    findings.push(...judge(host, jail, jail.filter))
    // Between two jails whoever waits may act.
    await Promise.resolve()
  }
  for (const filter of chosen.filters) findings.push(...judge(host, undefined, filter))
  if (names.length === 0) findings.push(...outgoingRule(world, chosen.jails), ...silentLogs(host, chosen.jails))
  return {
    findings: inOrder(distinct(findings)),
    jails: chosen.jails.map(({ name }) => name),
    filters: chosen.filters.map(({ name }) => name),
  }
}

interface Chosen {
  readonly jails: readonly JailSettings[]
  readonly filters: readonly FilterSettings[]
  readonly findings: readonly Finding[]
}

function running(world: World, folders: readonly string[], { found }: Discovery): Chosen {
  const { jails, faults, warnings } = loadConfiguration(world, folders, {
    found: (name) => found.has(name),
    logs: (name) => found.get(name),
  })
  return { jails, filters: [], findings: ofFiles(faults, warnings) }
}

function named(host: Host, names: readonly string[], { found }: Discovery): Chosen {
  const { world, folders, jails: layered } = host
  const jails: JailSettings[] = []
  const filters: FilterSettings[] = []
  const findings: Finding[] = []
  for (const name of names) {
    if (layered?.sections.has(name)) {
      const source: JailSource = { world, folders, layered, services: serviceLookup(world) }
      const { at } = layered.sections.get(name)?.options.get('logpath') ?? {}
      const isStock = at !== undefined && folders.length > 1 && at.file.startsWith(`${folders[0]}/`)
      const { settings, faults, warnings } = readJail(source, name, isStock ? found.get(name) : undefined)
      const broken = layered.faults.filter(
        ({ section }) => section === undefined || section === 'DEFAULT' || section === name,
      )
      findings.push(...ofFiles([...broken.map(({ fault }) => fault), ...faults], warnings))
      if (settings) jails.push(settings)
    } else {
      filters.push(filterNamed(host, name))
    }
  }
  return { jails, filters, findings }
}

function filterNamed({ world, folders }: Host, name: string): FilterSettings {
  try {
    return loadFilter(world, folders, name)
  } catch (thrown) {
    const fault = asFault(thrown, 'lint.unknown-name')
    if (fault.code !== 'config.no-filter') throw fault
    throw new Fault('lint.unknown-name', `there is neither a jail nor a filter "${name}"`, {
      cause: fault,
      hint: `rampart looks in ${folders.join(', ')}`,
    })
  }
}

/** Each file where it first appears, its lines ascending. */
function inOrder(findings: readonly Finding[]): readonly Finding[] {
  const files = [...new Set(findings.map(({ at }) => at.file))]
  const place = ({ at }: Finding) => files.indexOf(at.file)
  return [...findings].sort((a, b) => place(a) - place(b) || (a.at.line ?? 0) - (b.at.line ?? 0))
}

function ofFiles(faults: readonly Fault[], allWarnings: readonly Fault[]): readonly Finding[] {
  // A jail without its filter has no expressions either: that goes without saying.
  const broken = faults.flatMap(({ message }) => /^jail ([^:]+):/.exec(message)?.[1] ?? [])
  const warnings = allWarnings.filter(
    ({ code, message }) =>
      code !== 'config.no-failregex' || !broken.some((jail) => message.startsWith(`jail ${jail} `)),
  )
  return [...faults.map((fault) => findingOf(fault, 'error')), ...warnings.map((fault) => findingOf(fault, 'warning'))]
}

function judge(host: Host, jail: JailSettings | undefined, settings: FilterSettings): readonly Finding[] {
  const known = places(host.world, host.folders, { jail: jail?.name, filter: settings.name }, host.jails)
  const { subject, fault } = ready(host, jail, settings, known)
  if (subject) return judged(subject)
  if (!fault) return []
  const option = OPTIONS.find(([code]) => fault.code.startsWith(code))?.[1] ?? 'failregex'
  const at = known.option(option)?.at ?? fault.at ?? jail?.at ?? settings.at
  const whose = jail ? `jail ${jail.name}` : `filter ${settings.name}`
  const { code, message, hint } = fault
  return [{ code, severity: 'error', jail: jail?.name, at, message: `${whose}: ${message}`, better: hint }]
}

/** Where a fault of such a code was written. */
const OPTIONS = [
  ['date.', 'datepattern'],
  ['filter.encoding', 'logencoding'],
] as const

/** The filter ready to be tried, or why it cannot be; neither if it has no expressions, which the loader tells. */
function ready(
  host: Host,
  jail: JailSettings | undefined,
  settings: FilterSettings,
  places: Subject['places'],
): { readonly subject?: Subject; readonly fault?: Fault } {
  try {
    decoder(settings.logencoding)
    if (settings.failregex.length === 0) return {}
    const logs = jail
      ? logViews(
          host,
          jail.logs.map(({ path }) => path),
        )
      : []
    return { subject: { jail, filter: settings, places, logs, tries: tries(settings, host.world.clock.now()), host } }
  } catch (thrown) {
    return { fault: asFault(thrown, 'lint.failed') }
  }
}

/** Some hundred lines are tried with each rule, most in some 10 ms. */
const RULE_MS = 2000
/** With an expression that a line can keep busy. */
const SLOW_RULE_MS = 300

function judged(subject: Subject): readonly Finding[] {
  const findings: Finding[] = []
  for (const rule of RULES) {
    const slow = findings.some(({ code, severity }) => code === 'lint.slow' && severity !== 'hint')
    try {
      findings.push(...withinLimit(slow ? SLOW_RULE_MS : RULE_MS, () => orElse([], () => rule(subject))))
    } catch (thrown) {
      const { code } = asFault(thrown, 'lint.failed')
      if (code === 'regex.overrun' && !slow) findings.push(tooSlow(subject))
      else if (!code.startsWith('regex.')) throw thrown
    }
  }
  return findings
}

function tooSlow(subject: Subject): Finding {
  return {
    code: 'lint.slow',
    severity: 'warning',
    jail: subject.jail?.name,
    at: placeOf(subject, 'failregex'),
    message: `${nameOf(subject)}: its expressions take longer than ${RULE_MS / 1000} s for the lines that they were tried on`,
    why: 'Lines that a client writes would hold up all jails of Fail2ban. Not all else could be judged.',
    better: 'rampart match with --explain shows which expression it is; take the repeats out that can share a text',
  }
}

/** Requests that no filter will ever see, where there is a jail that would look at them. */
function silentLogs({ nginx }: Host, jails: readonly JailSettings[]): readonly Finding[] {
  const reader = jails.find(({ logs }) => logs.some(({ path }) => nginx.access.has(path)))
  if (!reader) return []
  return nginx.silent.map((at) => ({
    code: 'lint.access-log-off',
    severity: 'hint',
    at,
    message: 'nginx writes no access log for what this block serves',
    why: `What attackers ask for there is seen by no jail (${reader.name} reads the access log).`,
    better: 'take access_log off out, unless the block serves nothing but files',
  }))
}
