/**
 * Whether a jail can see anything in the logs that it is pointed at. Rules: `lint.no-log`, `lint.wrong-log`, `lint.wrong-format`,
 * `lint.hidden-by-level`, and those of dates and addresses.
 */
import { addresses } from './address-rule.ts'
import { dateCut, undated } from './date-rule.ts'
import type { Finding } from './finding.ts'
import { canMatchForm, knownForms, piecesOf } from './known-forms.ts'
import { allLines } from './lines-for.ts'
import { PEER } from './log-piece.ts'
import type { LogView } from './log-view.ts'
import { LEVELS } from './nginx-writes.ts'
import { aboutLogpath, nameOf, orElse, type Subject } from './subject.ts'

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
  return [...missing, ...hiddenByLevel(subject), ...undated(subject), ...blind]
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
    ...aboutLogpath(subject),
    code: 'lint.no-log',
    severity: 'warning',
    message: `${nameOf(subject)}: there is no log ${paths.slice(0, 3).join(', ')}${paths.length > 3 ? ' ...' : ''}`,
    why: 'It bans nobody until the file is there. Fail2ban does not start at all with such a jail.',
    better: 'correct the path, set backend = systemd if the program logs to the journal, or switch the jail off',
  }
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
      ...aboutLogpath(subject),
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
      ...aboutLogpath(subject),
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
