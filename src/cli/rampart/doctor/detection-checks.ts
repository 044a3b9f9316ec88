/** The half that bans: whether it runs, what it can see, whom it may ban by mistake. Pure. */
import { contains, parseAddress, parseNetwork } from '../../../base/address.ts'
import { Fault } from '../../../base/fault.ts'
import type { Finding as LintFinding } from '../../../config/lint/finding.ts'
import type { JailSettings } from '../../../config/settings.ts'
import { misspeltIn } from '../../../engine/sparing/ignoring.ts'
import type { Status } from '../../../engine/status.ts'
import { plural, thousands } from '../../print.ts'
import { type Check, type Finding, findingOf } from './finding.ts'
import { logChecks } from './log-checks.ts'
import type { Guarding } from './read-guarding.ts'
import type { Wall } from './read-wall.ts'

export function detectionChecks(guarding: Guarding, wall: Pick<Wall, 'ufw'>): Check[] {
  const { status } = guarding
  return [
    check('the guard runs, and bans', guardFindings(guarding)),
    check('no other Fail2ban runs', fail2banFindings(guarding)),
    ...(status instanceof Fault ? [] : [check('the guard runs what the files say', loadedFindings(guarding, status))]),
    ...(status instanceof Fault
      ? []
      : [check('the guard reads its logs, and keeps up', readingFindings(guarding, status))]),
    check('the configuration is sound (rampart config check)', lintFindings(guarding)),
    check("nginx's logs can be read and believed", nginxFindings(guarding)),
    ...logChecks(guarding),
    check('what the jail ufw looks for is logged', ufwFindings(guarding, wall)),
    check('what listens is watched', unwatchedFindings(guarding)),
    check('who administers this host is not banned', ignoreFindings(guarding)),
  ]
}

function check(title: string, findings: readonly Finding[]): Check {
  return { group: 'detection', title, findings }
}

function one(code: string, severity: Finding['severity'], message: string, mend?: string): Finding[] {
  return [{ code: `detection.${code}`, severity, message, mend }]
}

function jailsOf({ prepared }: Guarding): readonly JailSettings[] {
  return prepared.configuration.jails
}

function guardFindings(guarding: Guarding): Finding[] {
  const { status, fail2ban, unit, isSystemd } = guarding
  if (!(status instanceof Fault)) return runningFindings(status)
  if (status.code !== 'control.absent') return [findingOf(status, 'error')]
  const count = jailsOf(guarding).filter(({ name }) => name !== 'recidive').length
  if (count === 0 || fail2ban !== undefined) return []
  const mend = unit !== undefined && isSystemd ? `systemctl enable --now ${unit}` : 'rampart up'
  return one('no-guard', 'error', `no guard runs: ${plural(count, 'jail')} would watch this host, nobody does`, mend)
}

function runningFindings({ observe, kernel, history, faults }: Status): Finding[] {
  return [
    ...(observe
      ? one('observes', 'warning', 'the guard only observes: it bans nobody', 'rampart stop; rampart up')
      : []),
    ...(kernel.state === 'failing'
      ? one('kernel', 'error', `the guard cannot ban: ${kernel.why ?? 'the kernel refuses'}`)
      : []),
    ...(history.state === 'ok' ? [] : one('history', 'warning', `the history is not kept: ${history.state}`)),
    // What is wrong with the files the linter has told, with more words.
    ...faults
      .filter(({ code }) => !/^(config|lint|filter|regex|date|ports|nginx)\./.test(code))
      .map(({ code, message, hint, at }): Finding => ({ code, severity: 'warning', message, mend: hint, at })),
  ]
}

function fail2banFindings({ fail2ban, status }: Guarding): Finding[] {
  if (fail2ban === undefined) return []
  if (status instanceof Fault) {
    const message = `Fail2ban guards this host (process ${fail2ban}), Rampart does not`
    return one('fail2ban', 'hint', message, 'to compare: rampart up --observe')
  }
  if (status.observe) return []
  const message = `two guards run: Fail2ban (process ${fail2ban}) bans and unbans beside Rampart, from the same logs`
  return one('two-guards', 'warning', message, 'rampart import fail2ban && systemctl disable --now fail2ban')
}

function loadedFindings(guarding: Guarding, status: Status): Finding[] {
  const files = new Set(jailsOf(guarding).map(({ name }) => name))
  const running = new Set(status.jails.map(({ name }) => name))
  const more = [...files].filter((name) => !running.has(name))
  // Bans by hand have a jail of their own, which no file defines.
  const fewer = status.jails.filter(({ name, logs }) => !files.has(name) && logs.length > 0).map(({ name }) => name)
  if (more.length + fewer.length === 0) return []
  const parts = [
    more.length > 0 && `${more.join(', ')} would run by the files and does not`,
    fewer.length > 0 && `${fewer.join(', ')} runs and the files say no more`,
  ]
  return one('not-loaded', 'warning', parts.filter(Boolean).join('; '), 'rampart reload')
}

/** Half a minute of a busy log. */
const FAR_BEHIND = 16 * 1024 * 1024

function readingFindings({ linted }: Guarding, { jails }: Status): Finding[] {
  const known = new Set(linted.filter(({ code }) => code === 'lint.no-log').map(({ jail }) => jail))
  return jails.flatMap(({ name, logs }) =>
    logs.flatMap(({ log, state, why, behind }): Finding[] => {
      if (state !== 'reading' && state !== 'ended') {
        if (known.has(name)) return []
        return one('not-reading', 'warning', `jail ${name} does not read ${log}: ${why ?? state}`)
      }
      if (behind < FAR_BEHIND) return []
      return one(
        'behind',
        'warning',
        `jail ${name} is ${thousands(behind >> 20)} MiB behind in ${log}`,
        'rampart status',
      )
    }),
  )
}

function lintFindings({ linted }: Guarding): Finding[] {
  return linted
    .filter(({ severity }) => severity !== 'hint')
    .map(({ code, severity, message, write, better, at }: LintFinding) => ({
      ...{ code, severity, message, mend: mendOf(write, better) },
      ...(at.file === '' ? {} : { at }),
    }))
}

function mendOf(write: string | undefined, better: string | undefined): string | undefined {
  if (write === undefined) return better
  return better?.endsWith(':') ? `${better} ${write}` : write
}

/** Of those that are told for logs that no jail reads. */
const DANGEROUS = 'nginx.trusts-everyone'
const HINTS: ReadonlySet<string> = new Set(['nginx.log-buffered', 'nginx.log-skipped', 'nginx.log-format'])

function nginxFindings({ prepared: { discovery } }: Guarding): Finding[] {
  return discovery.notes.map((note): Finding => {
    if (note.code !== DANGEROUS) return findingOf(note, HINTS.has(note.code) ? 'hint' : 'warning')
    const message = `${note.message}: anyone can claim any address and have others banned`
    const mend = 'in its place, for each proxy: set_real_ip_from ITS-ADDRESS;'
    return { ...findingOf(note, 'error'), message, mend }
  })
}

function ufwFindings(guarding: Guarding, { ufw }: Pick<Wall, 'ufw'>): Finding[] {
  const jail = jailsOf(guarding).find(({ name, filter }) => name === 'ufw' || filter.name === 'ufw')
  if (!jail) return []
  const findings: Finding[] = []
  if (!(ufw instanceof Fault) && !ufw.state.enabled) {
    findings.push(
      ...one(
        'ufw-off',
        'warning',
        `jail ${jail.name} counts what the firewall blocks, and the firewall is off`,
        'ufw enable',
      ),
    )
  } else if (!(ufw instanceof Fault) && ufw.state.logging === 'off') {
    const message = `jail ${jail.name} counts what the firewall logs, and ufw's logging is off: it bans nobody`
    findings.push(...one('ufw-silent', 'warning', message, 'ufw logging low'))
  }
  const isKernel = jail.logs.some(({ path }) => path === '/dev/kmsg')
  const isJournal = /^systemd\b/.test(jail.backend)
  if (isKernel || isJournal) {
    const message = `jail ${jail.name} reads the kernel's log${isJournal ? ' in the journal' : ' itself'}: there is no /var/log/ufw.log that is written`
    findings.push(...one('ufw-kernel-log', 'hint', message))
  }
  return findings
}

function unwatchedFindings(guarding: Guarding): Finding[] {
  const { discovery, chosen } = guarding.prepared
  const jails = jailsOf(guarding)
  if (chosen || jails.length === 0) return []
  const filters = new Set(jails.flatMap(({ name, filter }) => [name, filter.name]))
  const left = [...discovery.found.keys()].filter((name) => !filters.has(name) && name !== 'recidive')
  if (left.length === 0) return []
  const message = `there are logs for ${left.join(', ')} too, and no jail reads them: the files in /etc enable others`
  const mend = `in ${guarding.ownJails}: [${left[0]}] and below it enabled = true`
  return one('unwatched', 'hint', message, mend)
}

function ignoreFindings(guarding: Guarding): Finding[] {
  const jails = jailsOf(guarding)
  const wrong = misspeltIn(jails).flatMap((message) => one('ignoreip', 'warning', message))
  const unread = guarding.allowed.flatMap(({ faults }) => faults.map((fault) => findingOf(fault, 'warning')))
  const allowed = guarding.allowed.flatMap((list) => list.allowed)
  const lacking = guarding.peers.filter((peer) => {
    const address = parseAddress(peer)
    if (!address || guarding.own.includes(peer) || /^(127\.|::1$|fe80:)/.test(peer)) return false
    if (allowed.some(({ network }) => contains(network, address))) return false
    return jails.some(
      ({ options }) =>
        !options.ignoreip.some((word) => {
          const network = parseNetwork(word)
          return network?.family === address.family && contains(network, address)
        }),
    )
  })
  const message = `${lacking.join(', ')}, logged in by ssh, is spared only while it is: neither ignoreip nor rampart allow names it`
  const own = lacking.length === 0 ? [] : one('own-address', 'hint', message, `rampart allow ${lacking.join(' ')}`)
  return [...wrong, ...unread, ...own]
}
