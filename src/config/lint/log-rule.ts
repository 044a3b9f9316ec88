/**
 * Whether a jail can see anything in the logs that it is pointed at. Rules: `lint.no-log`, `lint.wrong-log`, `lint.date-cut`,
 * `lint.hidden-by-level`, `lint.no-date`, `lint.prefix-misses`, `lint.no-client-address`, `lint.one-address`,
 * `lint.forged-address`.
 */
import type { Finding } from './finding.ts'
import { canMatchForm, knownForms, piecesOf } from './known-forms.ts'
import { allLines } from './lines-for.ts'
import { PEER } from './log-piece.ts'
import type { LogView } from './log-view.ts'
import { LEVELS } from './nginx-writes.ts'
import { nameOf, orElse, placeOf, placeOfExpression, type Subject, written } from './subject.ts'

export function logRule(subject: Subject): readonly Finding[] {
  const { logs, jail } = subject
  // Rampart feeds it from its own history.
  if (!jail || jail.name === 'recidive') return []
  if (/^systemd\b/.test(jail.backend)) return []
  if (logs.length === 0) return [noLogpath(subject)]
  const missing = logs.every(({ exists }) => !exists) ? [noLog(subject)] : []
  if (jail.filter.failregex.length === 0 || jail.filter.maxlines > 1) return missing
  const blind = addresses(subject)
  if (blind.some(({ severity }) => severity === 'error')) return [...missing, ...blind]
  const cut = orElse([], () => dateCut(subject))
  if (cut.length > 0) return [...missing, ...cut]
  const wrong = orElse([], () => wrongLog(subject))
  if (wrong.length > 0) return [...missing, ...wrong]
  return [...missing, ...hiddenByLevel(subject), ...dates(subject), ...blind]
}

function noLogpath(subject: Subject): Finding {
  return {
    code: 'lint.no-log',
    severity: 'warning',
    jail: subject.jail?.name,
    at: subject.jail!.at,
    message: `${nameOf(subject)} has no logpath: it reads nothing`,
    better: 'logpath = the file that the program writes, or backend = systemd',
  }
}

function noLog(subject: Subject): Finding {
  const paths = subject.logs.map(({ path }) => path)
  return {
    ...about(subject),
    code: 'lint.no-log',
    severity: 'warning',
    message: `${nameOf(subject)}: there is no log ${paths.slice(0, 3).join(', ')}${paths.length > 3 ? ' ...' : ''}`,
    why: 'It bans nobody until the file is there. Fail2ban does not start at all with such a jail.',
    better: 'correct the path, set backend = systemd if the program logs to the journal, or switch the jail off',
  }
}

function about(subject: Subject): Pick<Finding, 'jail' | 'at' | 'source'> {
  const option = written(subject, 'logpath')
  const [first = ''] = option?.text.split('\n') ?? []
  const text = `logpath = ${first}`
  return {
    jail: subject.jail?.name,
    at: placeOf(subject, 'logpath'),
    source: option && { text, from: 'logpath = '.length, to: text.length },
  }
}

/** The expressions are shown the line without its date. */
function dateCut(subject: Subject): readonly Finding[] {
  const { logs, tries, filter } = subject
  const known = logs.map(({ kind, access, lines }) => ({ pieces: piecesOf(kind, access), lines }))
  const finds = (uncut: boolean) =>
    known.some(({ pieces, lines }) =>
      pieces
        ? canMatchForm(tries, pieces, { uncut })
        : lines.slice(-MOST_LINES).some((line) => matchesLine(subject, line, uncut)),
    )
  if (finds(false) || !finds(true)) return []
  const [text = ''] = tries.prefix ? [filter.prefregex] : filter.failregex
  return [
    {
      code: 'lint.date-cut',
      severity: 'error',
      jail: subject.jail?.name,
      at: placeOfExpression(subject, tries.prefix ? 'prefregex' : 'failregex', text),
      message: `${nameOf(subject)}: the expression asks for the date, which is cut out before it sees the line: it bans nobody`,
      why: 'What surrounds the date stays: of [22/Nov/2026:20:43:28 +0000] the brackets are left, of a date at the start of the line the blank behind it.',
      source: { text, from: 0, to: text.length },
      better: String.raw`write \[\] where the date stood in brackets, and ^\s* where it stood at the start of the line`,
    },
  ]
}

function matchesLine({ tries }: Subject, line: string, uncut: boolean): boolean {
  if (!uncut) return tries.line(line).matched !== undefined
  const shown = `${line}\n`
  return tries.prefix
    ? tries.prefix.expression.search(shown) !== undefined
    : tries.fail.some(({ expression }) => expression.search(shown))
}

function wrongLog(subject: Subject): readonly Finding[] {
  const { logs, tries, host } = subject
  const known = logs.map((log) => ({ log, pieces: piecesOf(log.kind, log.access) }))
  const impossible = known.filter(({ pieces }) => pieces && !canMatchForm(tries, pieces))
  if (impossible.length < known.length || impossible.length === 0) return []
  // What it finds is a word of the message then, and another rule's.
  const kinds = logs.map(({ kind }) => kind as string)
  if (allLines(subject).some((line) => kinds.includes(line.kind) && tries.line(line.text()).matched !== undefined))
    return []
  const [{ log }] = impossible as [(typeof impossible)[number]]
  const forms = knownForms(subject)
  const meant =
    forms.access && log.kind !== 'access' ? 'access' : forms.error && log.kind !== 'error' ? 'error' : undefined
  const path = meant && ([...host.nginx[meant].keys()][0] ?? `/var/log/nginx/${meant}.log`)
  const proof = meant && allLines(subject).find((line) => line.kind === meant && tries.line(line.text()).id === PEER)
  return [
    {
      ...about(subject),
      code: log.access?.format !== undefined && forms.access ? 'lint.wrong-format' : 'lint.wrong-log',
      severity: 'error',
      message: `${nameOf(subject)} can never match a line of ${log.path}: it bans nobody`,
      why: whyNever(log, meant),
      example: proof && { line: proof.text(), does: `is one that the filter finds: it counts against ${PEER}` },
      ...(path === undefined ? { better: betterFormat(subject, log) } : { write: `logpath = ${path}` }),
    },
  ]
}

const KIND = { access: "nginx's access log", error: "nginx's error log", syslog: 'a system log' } as const

function whyNever({ kind, access }: LogView, meant: 'access' | 'error' | undefined): string {
  if (meant)
    return `That is ${KIND[kind!]}, and the expressions are written for ${KIND[meant]}. Fail2ban says nothing of it.`
  if (kind === 'access') {
    const where = access?.at ? ` (${access.at.file}:${access.at.line})` : ''
    return `Its lines have the format ${access?.name}${where}, in which the address or the rest stands elsewhere than the expressions ask for.`
  }
  return `That is ${KIND[kind!]}, whose lines the expressions do not fit.`
}

function betterFormat({ jail }: Subject, { kind, access, path }: LogView): string {
  return kind === 'access' && access?.name !== 'combined'
    ? 'let nginx write the usual format too: access_log /var/log/nginx/guard.log combined;'
    : `rampart match ${jail?.name} ${path} --explain shows how far a line fits`
}

function hiddenByLevel(subject: Subject): readonly Finding[] {
  const { logs, tries } = subject
  const errors = logs.flatMap(({ error, path }) => (error ? [{ ...error, path }] : []))
  if (errors.length === 0 || errors.length < logs.length) return []
  const found = allLines(subject).filter(
    (line) => line.kind === 'error' && tries.line(line.text()).matched !== undefined,
  )
  const shown = found.some(({ level }) => errors.some((log) => LEVELS.indexOf(level!) >= LEVELS.indexOf(log.level)))
  if (found.length === 0 || shown) return []
  const needed = LEVELS[Math.max(...found.map(({ level }) => LEVELS.indexOf(level!)))]!
  const [log] = errors as [(typeof errors)[number]]
  return [
    {
      ...about(subject),
      code: 'lint.hidden-by-level',
      severity: 'warning',
      message: `${nameOf(subject)}: nginx writes what it looks for at level ${needed}, and ${log.path} has level ${log.level}`,
      why: `${log.at ? `${log.at.file}:${log.at.line} sets that level` : 'That is the level where error_log names none'}. Such lines are not written, so that hardly anybody is banned.`,
      example: { line: found[0]!.text(), does: `is written only with error_log ... ${needed}` },
      better: `in nginx's configuration:`,
      write: `error_log ${log.path} ${needed};`,
    },
  ]
}

/** Lines of a log of another program's prove nothing of a filter; that none has a date does. */
function dates(subject: Subject): readonly Finding[] {
  const { logs, tries, filter } = subject
  const lines = logs.flatMap(({ lines }) => lines.slice(-MOST_LINES))
  if (lines.length === 0 || /^\s*\{NONE\}\s*$/i.test(filter.datepattern ?? '')) return []
  const dated = lines.some((line) => tries.date(line) !== undefined)
  if (!dated) {
    const own = filter.datepattern !== undefined
    const text = `datepattern = ${filter.datepattern ?? ''}`
    return [
      {
        ...(own
          ? {
              jail: subject.jail?.name,
              at: placeOf(subject, 'datepattern'),
              source: { text, from: 'datepattern = '.length, to: text.length },
            }
          : about(subject)),
        code: 'lint.no-date',
        severity: 'warning',
        message: `${nameOf(subject)}: ${own ? 'the date pattern finds' : 'the usual date patterns find'} no date in any of the last ${lines.length} lines`,
        why: 'The failures then count as happening now, also those of last week when the log is read at a start; and the date stays in the text, where an anchored expression meets it.',
        example: { line: lines.at(-1)!, does: 'is the last line' },
        ...(own
          ? betterPattern(lines)
          : { better: 'set datepattern to the form of its dates, or {NONE} if it has none' }),
      },
    ]
  }
  const prefixed = !tries.prefix || orElse(true, () => lines.some((line) => tries.line(line).prefix))
  return prefixed ? [] : [prefixMisses(subject, lines)]
}

const MOST_LINES = 300

function betterPattern([line = '']: readonly string[]): Pick<Finding, 'better' | 'write'> {
  const isNginx = /^\d{4}\/\d\d\/\d\d \d/.test(line)
  return isNginx
    ? { write: 'datepattern = ^%%Y/%%m/%%d %%H:%%M:%%S' }
    : { better: 'leave datepattern out: the usual patterns are tried then' }
}

function prefixMisses(subject: Subject, lines: readonly string[]): Finding {
  return {
    jail: subject.jail?.name,
    at: placeOf(subject, 'prefregex'),
    code: 'lint.prefix-misses',
    severity: 'hint',
    message: `${nameOf(subject)}: prefregex matches none of the last ${lines.length} lines`,
    why: 'No failure can be found in lines that it does not match. That may be right in a quiet log that others write to as well.',
    example: { line: lines.at(-1)!, does: 'is the last line' },
  }
}

function addresses(subject: Subject): readonly Finding[] {
  return subject.logs.flatMap((log) => {
    if (log.kind !== 'access') return []
    const { access, lines, path } = log
    const format = access?.format ?? ''
    if (
      format !== '' &&
      !/\$\{?(remote_addr|realip_remote_addr|proxy_protocol_addr|http_\w*(forwarded|real_?ip|connecting_ip|client_ip)|proxy_add_x_forwarded_for)/i.test(
        format,
      )
    ) {
      return [
        ofFormat(
          subject,
          log,
          'lint.no-client-address',
          'error',
          `the format ${access?.name} of ${path} holds no address of the client`,
        ),
      ]
    }
    if (/^\$\{?(http_\w*(forwarded|real_?ip|client_ip)|proxy_add_x_forwarded_for)/i.test(format)) {
      return [
        ofFormat(
          subject,
          log,
          'lint.forged-address',
          'warning',
          `the lines of ${path} begin with an address that a client can make up`,
        ),
      ]
    }
    const hosts = new Set(lines.map((line) => line.split(' ')[0]))
    return lines.length >= ENOUGH && hosts.size === 1 && format !== '' ? [oneAddress(subject, log, [...hosts][0]!)] : []
  })
}

/** So many lines of one address alone are no chance. */
const ENOUGH = 100

function ofFormat(
  subject: Subject,
  { access }: LogView,
  code: string,
  severity: Finding['severity'],
  message: string,
): Finding {
  return {
    code,
    severity,
    jail: subject.jail?.name,
    at: access?.at ?? placeOf(subject, 'logpath'),
    message: `${nameOf(subject)}: ${message}`,
    why:
      code === 'lint.forged-address'
        ? 'Whoever reaches nginx past the proxy has anyone banned by that header.'
        : 'Nobody can be banned by it.',
    source:
      access?.format === undefined
        ? undefined
        : { text: access.format, from: 0, to: /^\$\w+/.exec(access.format)?.[0].length ?? 1 },
    better:
      'begin log_format with $remote_addr; behind a proxy: set_real_ip_from ITS-ADDRESS; real_ip_header X-Forwarded-For;',
  }
}

function oneAddress(subject: Subject, { path, lines }: LogView, address: string): Finding {
  return {
    ...about(subject),
    code: 'lint.one-address',
    severity: 'warning',
    message: `${nameOf(subject)}: all of the last ${lines.length} lines of ${path} have the address ${address}`,
    why: 'If that is a proxy, a ban shuts out everyone who comes through it.',
    better: `in nginx, for a proxy: set_real_ip_from ${address}; real_ip_header X-Forwarded-For;`,
  }
}
