/** Where the log goes: `FILE`, `SYSLOG[facility=auth]`, `STDOUT[datetime=off, padding=on]` ... Source: fail2ban.conf(5). */
import { Fault } from '../../base/fault.ts'
import { type Layout, layout } from './layout.ts'

export interface Target {
  readonly kind: 'file' | 'syslog' | 'stdout' | 'stderr' | 'journal'
  /** Without its options, as it was written. */
  readonly name: string
  /** Of syslog. */
  readonly facility: number
  readonly layout: Layout
}

const KINDS: Readonly<Record<string, Target['kind']>> = {
  SYSLOG: 'syslog',
  STDOUT: 'stdout',
  STDERR: 'stderr',
  SYSOUT: 'stdout',
  'SYSTEMD-JOURNAL': 'journal',
}

/** @throws Fault `log.bad-target` */
export function parseTarget(text: string): Target {
  const [, name = '', list] = /^([^[\]]+?)\s*(?:\[(.*)\])?$/s.exec(text.trim()) ?? []
  if (name === '') throw new Fault('log.bad-target', `"${text}" names no place for the log`)
  const options = optionsOf(list ?? '')
  const kind = KINDS[name.toUpperCase()] ?? 'file'
  // Whoever takes it there puts a time before it.
  const isStamped = kind === 'syslog' || kind === 'journal' || name.toUpperCase() === 'SYSOUT'
  const isPlain = kind === 'syslog' || kind === 'journal'
  const datetime = isOn(options.get('datetime'), !isStamped)
  const padding = isOn(options.get('padding'), !isPlain)
  const format = options.get('format')
  return {
    kind,
    name,
    facility: FACILITIES[(options.get('facility') ?? 'daemon').toLowerCase().replace(/^log_/, '')] ?? FACILITIES.daemon,
    layout: layout(format === undefined || /^(long|short)$/.test(format) ? form(datetime, padding) : format),
  }
}

function form(datetime: boolean, padding: boolean): string {
  const rest = padding
    ? '%(name)-24s[%(process)d]: %(levelname)-7s %(message)s'
    : '%(name)s[%(process)d]: %(levelname)s %(message)s'
  return datetime ? `%(asctime)s ${rest}` : rest
}

function optionsOf(list: string): ReadonlyMap<string, string> {
  const found = list.matchAll(/([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^,\]]*))/g)
  return new Map([...found].map(([, key, double, single, plain]) => [key!, double ?? single ?? plain!.trim()]))
}

function isOn(text: string | undefined, fallback: boolean): boolean {
  return text === undefined ? fallback : /^(1|on|true|yes)$/i.test(text)
}

/** Source: syslog(3). */
const FACILITIES: Readonly<Record<string, number>> & { readonly daemon: number } = {
  ...{ kern: 0, user: 1, mail: 2, daemon: 3, auth: 4, syslog: 5, lpr: 6, news: 7, uucp: 8, cron: 9, authpriv: 10 },
  ...{ ftp: 11, local0: 16, local1: 17, local2: 18, local3: 19, local4: 20, local5: 21, local6: 22, local7: 23 },
}
