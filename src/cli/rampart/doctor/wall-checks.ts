/** The firewall's own set-up: what its files say, what the kernel has, what the next boot brings. Pure. */
import { networkOf, parseAddress } from '../../../base/address.ts'
import { Fault } from '../../../base/fault.ts'
import type { ReadUfw } from '../../../config/ufw/read-ufw.ts'
import { isJudging } from '../../../firewall/old-ufw/old-ufw.ts'
import type { Packet } from '../../../firewall/rules/explain.ts'
import { explainWhole } from '../../../firewall/rules/explain-frame.ts'
import type { Frame } from '../../../firewall/rules/frame.ts'
import { oldUfwSentence, UNREAD } from '../../ufw/old-ufw-warning.ts'
import { type Check, type Finding, findingOf, lineOf } from './finding.ts'
import { settingOf, type Wall } from './read-wall.ts'

/** In the order in which they are told. */
export function wallChecks(wall: Wall): Check[] {
  const { ufw } = wall
  if (ufw instanceof Fault) return [check("ufw's files can be read", [findingOf(ufw, 'error')])]
  return [
    check('the kernel takes rules (nftables)', kernelFindings(wall)),
    check('before.rules and after.rules can be compiled', frameFindings(wall)),
    check('the rules that the files say are in force', forceFindings(wall, ufw)),
    check('the rules are loaded at boot', bootFindings(wall, ufw)),
    check('no other ufw judges as well', oldFindings(wall)),
    check('sshd can be reached', sshdFindings(wall, ufw)),
    check('what comes in is denied by default', policyFindings(wall, ufw)),
    check('what is routed is what is meant', routedFindings(wall, ufw)),
    check('IPv6 is filtered as IPv4 is', ipv6Findings(wall, ufw)),
    check('settings have an effect', settingFindings(wall)),
    check("only root may change ufw's files, and all their lines count", fileFindings(wall, ufw)),
  ]
}

function check(title: string, findings: readonly Finding[]): Check {
  return { group: 'firewall', title, findings }
}

function kernelFindings({ kernel }: Wall): Finding[] {
  if (!(kernel instanceof Fault)) return []
  const isWithout = /not supported|Protocol not available/i.test(kernel.message)
  if (!isWithout) return [findingOf(kernel, 'error')]
  const message = 'this kernel has no nf_tables: neither rules nor bans can be in force'
  return [{ code: 'firewall.no-nf-tables', severity: 'error', message, mend: 'modprobe nf_tables' }]
}

function frameFindings({ frame: { faults, warnings } }: Wall): Finding[] {
  return [
    ...faults.map((fault) => findingOf(fault, 'error')),
    ...warnings.map((warning) => findingOf(warning, 'warning')),
  ]
}

function forceFindings(wall: Wall, { state }: ReadUfw): Finding[] {
  const { kernel, isActive, isWhole, isEdited } = wall
  if (kernel instanceof Fault) return []
  const at = (code: string, severity: Finding['severity'], message: string, mend: string): Finding[] => [
    { code: `firewall.${code}`, severity, message, mend },
  ]
  if (state.enabled && !isActive) {
    return at(
      'not-in-force',
      'error',
      'ufw.conf says that the firewall is on, but none of its rules is in the kernel',
      'ufw reload',
    )
  }
  if (!state.enabled && isActive) {
    const message =
      'rules are in force, but ufw.conf says that the firewall is off: they will be gone after the next boot'
    return at('off-at-boot', 'warning', message, 'ufw enable')
  }
  if (!state.enabled) {
    const ports = sshdPorts(wall).map((port) => `ufw allow ${port}/tcp; `)
    const mend = `${ports.join('')}ufw enable`
    return at('off', 'hint', 'the firewall is off: whatever listens can be reached, bans alone hold', mend)
  }
  if (!isWhole) {
    const message = 'the rules in the kernel are not those of the files: somebody has changed one or the other'
    return at('differs', 'error', message, 'ufw reload')
  }
  if (!isEdited) return []
  const message = 'before.rules or after.rules were changed since they were loaded: that is not in force yet'
  return at('not-loaded', 'warning', message, 'ufw reload')
}

function bootFindings({ boot, isActive }: Wall, { state }: ReadUfw): Finding[] {
  const { isSystemd, ufw, others, nftablesConf, persistsUfw } = boot
  const findings: Finding[] = []
  if (isSystemd && state.enabled && ufw === 'none') {
    const message = 'nothing loads the rules at boot: the unit ufw.service is not enabled'
    findings.push({ code: 'firewall.no-unit', severity: 'error', message, mend: 'ufw enable' })
  }
  if (isSystemd && state.enabled && ufw === 'installed' && isActive) {
    const message = "at boot an installed ufw's unit loads the rules, as its own chains"
    findings.push({ code: 'firewall.foreign-unit', severity: 'warning', message, mend: 'ufw enable' })
  }
  if (others.includes('firewalld')) {
    const message = 'firewalld is started at boot and judges as well: what it drops stays dropped'
    findings.push({
      code: 'firewall.firewalld',
      severity: 'warning',
      message,
      mend: 'systemctl disable --now firewalld',
    })
  }
  const line = lineOf(nftablesConf, /^\s*flush ruleset/)
  if (others.includes('nftables') && line !== undefined) {
    const message = 'nftables.service takes away every rule and every ban each time that it is started or reloaded'
    const mend = "in the place of 'flush ruleset': a line 'destroy table FAMILY NAME' for each table of that file"
    const at = { file: '/etc/nftables.conf', line }
    findings.push({ code: 'firewall.flush-ruleset', severity: 'warning', message, mend, at })
  }
  if (others.includes('netfilter-persistent') && persistsUfw) {
    const message = "netfilter-persistent loads an installed ufw's chains at boot, as they were when they were saved"
    const mend = 'rampart import ufw && netfilter-persistent save'
    findings.push({ code: 'firewall.saved-ufw', severity: 'warning', message, mend, at: { file: '/etc/iptables' } })
  }
  return findings
}

function oldFindings({ old }: Wall): Finding[] {
  if (!old) return []
  if (isJudging(old)) {
    const message = `${oldUfwSentence(old)}, whatever is allowed now`
    return [{ code: 'firewall.old-ufw', severity: 'error', message, mend: 'rampart import ufw' }]
  }
  return old.unread.length > 0 ? [{ code: 'firewall.legacy-unread', severity: 'warning', message: UNREAD }] : []
}

/** An address of documentation: of nobody. Source: RFC 5737, 3849. */
const SOMEBODY = { 4: parseAddress('198.51.100.77')!, 6: parseAddress('2001:db8::77')! }

/** Somebody's first packet to this host, or through it. */
export function packetOf(family: 4 | 6, wanted: Partial<Packet>): Packet {
  return {
    ...{ path: 'in', protocol: 'tcp', from: SOMEBODY[family], fromPort: 40_000, toPort: 40_001 },
    ...{ to: networkOf(family, family === 4 ? 0xc0000201n : 0x20010db8n << 96n, family === 4 ? 32 : 128) },
    ...{ inInterface: undefined, outInterface: undefined },
    ...wanted,
  }
}

/** undefined: nothing of ours judges, or what is not known. */
export function judgeOf(
  { isActive, frame, lists }: Wall,
  { state }: ReadUfw,
): ((packet: Packet) => string) | undefined {
  const known: Frame | undefined = frame.frame
  if (!isActive || !known) return undefined
  return (packet) => explainWhole({ ...state, frame: known, ...(lists ? { lists } : {}) }, packet).verdict
}

function sshdPorts({ listening }: Wall): readonly number[] {
  const found = listening.filter(({ program, protocol }) => program === 'sshd' && protocol === 'tcp')
  return [...new Set(found.map(({ port }) => port))]
}

function sshdFindings(wall: Wall, ufw: ReadUfw): Finding[] {
  const judge = judgeOf(wall, ufw)
  if (!judge) return []
  const { rules } = ufw.state
  return sshdPorts(wall).flatMap((port): Finding[] => {
    if (judge(packetOf(4, { toPort: port })) === 'accept') return []
    // Let in from somewhere: that is meant.
    if (
      rules.some(
        ({ action, path, to, from }) =>
          path === 'in' &&
          (action === 'allow' || action === 'limit') &&
          (from.network !== undefined || from.mask !== undefined) &&
          isPort(to.ports, port),
      )
    )
      return []
    const message = `sshd listens on port ${port}, and no rule lets anybody in there`
    return [{ code: 'firewall.no-ssh', severity: 'warning', message, mend: `ufw allow ${port}/tcp` }]
  })
}

function isPort(ports: string, port: number): boolean {
  return (
    ports === 'any' ||
    ports.split(',').some((part) => {
      const [first = 0, last = first] = part.split(':').map(Number)
      return first <= port && port <= last
    })
  )
}

function policyFindings({ defaults, paths }: Wall, { state }: ReadUfw): Finding[] {
  if (!state.enabled || state.policies.in !== 'accept') return []
  const at = { file: paths.defaults, line: lineOf(defaults, /^\s*DEFAULT_INPUT_POLICY=/) ?? 1 }
  const message = 'what no rule denies comes in: the default for incoming packets is allow'
  return [{ code: 'firewall.open-by-default', severity: 'warning', message, mend: 'ufw default deny incoming', at }]
}

function routedFindings({ forwarding, paths, defaults }: Wall, { state }: ReadUfw): Finding[] {
  if (!state.enabled) return []
  if (forwarding.length > 0 && state.policies.forward === 'accept') {
    const at = { file: paths.defaults, line: lineOf(defaults, /^\s*DEFAULT_FORWARD_POLICY=/) ?? 1 }
    const message =
      'this host passes on whatever is sent through it: it forwards, and the default for routed packets is allow'
    return [{ code: 'firewall.routes-all', severity: 'warning', message, mend: 'ufw default deny routed', at }]
  }
  const needed = ([4, 6] as const).filter((family) =>
    state.rules.some((rule) => rule.path === 'forward' && rule.family === family && rule.action !== 'deny'),
  )
  // A rule without addresses is one of each family.
  if (needed.length === 0 || needed.some((family) => forwarding.includes(family))) return []
  const message = 'there are route rules, but the kernel forwards nothing: they let nobody through'
  const mend = `in ${paths.sysctl}: net/ipv4/ip_forward=1; then ufw reload`
  return [{ code: 'firewall.not-forwarding', severity: 'warning', message, mend }]
}

function ipv6Findings({ addresses6, defaults, paths }: Wall, { state }: ReadUfw): Finding[] {
  if (!state.enabled || state.ipv6 || addresses6.length === 0) return []
  const message = `IPV6=no drops all of IPv6, in and out, but this host has an address of it (${addresses6[0]})`
  const at = { file: paths.defaults, line: lineOf(defaults, /^\s*IPV6=/) ?? 1 }
  return [{ code: 'firewall.no-ipv6', severity: 'warning', message, mend: 'IPV6=yes; then ufw reload', at }]
}

function settingFindings(wall: Wall): Finding[] {
  const { paths, defaults } = wall
  const told = (name: string, message: string, mend: string): Finding => ({
    ...{ code: 'firewall.without-effect', severity: 'hint', message, mend },
    at: { file: paths.defaults, line: lineOf(defaults, new RegExp(`^\\s*${name}=`)) ?? 1 },
  })
  const modules = settingOf(wall, 'ipt_modules') ?? ''
  return [
    ...(settingOf(wall, 'manage_builtins') === 'yes'
      ? [
          told(
            'MANAGE_BUILTINS',
            'MANAGE_BUILTINS=yes has no effect here: chains of other programs are never flushed',
            'MANAGE_BUILTINS=no',
          ),
        ]
      : []),
    ...(modules === ''
      ? []
      : [
          told(
            'IPT_MODULES',
            `IPT_MODULES loads nothing here (${modules}): the kernel loads what rules need by itself`,
            'name modules in /etc/modules-load.d',
          ),
        ]),
  ]
}

function fileFindings({ stray }: Wall, { warnings }: ReadUfw): Finding[] {
  return [...warnings, ...stray].map((warning) => {
    const [, file, line, rest] = /^(\/\S+?):(\d+): (.*)$/s.exec(warning) ?? []
    const at = file === undefined ? undefined : { file, line: Number(line) }
    return { code: 'firewall.files', severity: 'warning', message: (rest ?? warning).trim(), at }
  })
}
