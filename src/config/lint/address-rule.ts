/** Logs that do not tell who a client is. Rules: `lint.no-client-address`, `lint.one-address`, `lint.forged-address`. */
import type { Finding } from './finding.ts'
import type { LogView } from './log-view.ts'
import { aboutLogpath, nameOf, placeOf, type Subject } from './subject.ts'

export function addresses(subject: Subject): readonly Finding[] {
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
    ...aboutLogpath(subject),
    code: 'lint.one-address',
    severity: 'warning',
    message: `${nameOf(subject)}: all of the last ${lines.length} lines of ${path} have the address ${address}`,
    why: 'If that is a proxy, a ban shuts out everyone who comes through it.',
    better: `in nginx, for a proxy: set_real_ip_from ${address}; real_ip_header X-Forwarded-For;`,
  }
}
