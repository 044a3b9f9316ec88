/**
 * Values that mean something else than was meant. Rules: `lint.seconds`, `lint.short-ban`, `lint.usedns`,
 * `lint.unknown-banaction`, `lint.ignoreip`.
 */
import { printDuration } from '../../base/duration.ts'
import { misspelt } from '../../jail/misspelt.ts'
import { splitList } from '../list.ts'
import { meansBlock } from '../meaning.ts'
import { readLayers } from '../read-layers.ts'
import type { Finding } from './finding.ts'
import { nameOf, placeOf, type Subject, written } from './subject.ts'

export function optionRule(subject: Subject): readonly Finding[] {
  if (!subject.jail) return []
  return [...seconds(subject), ...shortBan(subject), ...namesAsked(subject), ...banactions(subject), ...spared(subject)]
}

function about(subject: Subject, option: string, value: string): Pick<Finding, 'jail' | 'at' | 'source'> {
  const text = `${option} = ${value}`
  return {
    jail: subject.jail?.name,
    at: placeOf(subject, option),
    source: { text, from: option.length + 3, to: text.length },
  }
}

/** Bare numbers below a minute. */
function seconds(subject: Subject): readonly Finding[] {
  return ['bantime', 'findtime'].flatMap((option) => {
    const { text = '' } = written(subject, option) ?? {}
    const value = /^\d+$/.test(text) ? Number(text) : undefined
    if (value === undefined || value === 0 || value >= 60) return []
    // One failure needs no time to add up with others.
    if (option === 'findtime' && subject.jail!.options.maxretry === 1) return []
    return [
      {
        ...about(subject, option, text),
        code: 'lint.seconds',
        severity: 'warning' as const,
        message: `${nameOf(subject)}: ${option} = ${text} are seconds`,
        why:
          option === 'bantime'
            ? 'So short a ban stops nobody.'
            : 'Hardly anybody fails often enough within so short a time.',
        write: `${option} = ${text}m`,
      },
    ]
  })
}

function shortBan(subject: Subject): readonly Finding[] {
  const { bantime, findtime, increment } = subject.jail!.options
  if (bantime < 0 || bantime >= findtime || increment.enabled) return []
  const { text = String(bantime) } = written(subject, 'bantime') ?? {}
  return [
    {
      ...about(subject, 'bantime', text),
      code: 'lint.short-ban',
      severity: 'warning',
      message: `${nameOf(subject)}: a ban (${printDuration(bantime)}) is shorter than the time in which failures add up (${printDuration(findtime)})`,
      why: 'An attacker is back sooner than one who fails slowly is banned at all.',
      better: `bantime = ${plainDuration(findtime)}, or bantime.increment = true`,
    },
  ]
}

function plainDuration(seconds: number): string {
  return printDuration(seconds).replaceAll(' ', '')
}

function spared(subject: Subject): readonly Finding[] {
  const wrong = misspelt(subject.jail!.options.ignoreip)
  if (wrong.length === 0) return []
  return [
    {
      jail: subject.jail!.name,
      at: placeOf(subject, 'ignoreip'),
      code: 'lint.ignoreip',
      severity: 'warning',
      message: `${nameOf(subject)}: ${wrong.join(', ')} in ignoreip is no address and no network`,
      why: 'It spares nobody: whoever it was meant for is banned as any other.',
      better: 'write it as 192.0.2.1, 192.0.2.0/24, 2001:db8::1 or 2001:db8::/64',
    },
  ]
}

function namesAsked(subject: Subject): readonly Finding[] {
  const { filter } = subject
  if (filter.usedns !== 'yes') return []
  return [
    {
      ...about(subject, 'usedns', written(subject, 'usedns')?.text ?? 'yes'),
      code: 'lint.usedns',
      severity: 'warning',
      message: `${nameOf(subject)}: names in the log are looked up, and their addresses banned`,
      why: 'Whoever owns a name decides which address it has: he chooses who is banned.',
      write: 'usedns = no',
    },
  ]
}

/** Names of a firewall's family that no file and no program knows. Source: the actions of Fail2ban 1.0 and 1.1. */
const BANACTIONS =
  /^(ufw|route|iptables(-(multiport|allports|new|multiport-log|xt_recent-echo|ipset|ipset-(proto4|proto6|proto6-allports)))?|nftables(-(multiport|allports|common))?|firewallcmd-(allports|common|ipset|multiport|new|rich-logging|rich-rules))$/

function banactions(subject: Subject): readonly Finding[] {
  const { world, folders } = subject.host
  return ['banaction', 'banaction_allports', 'action'].flatMap((option) => {
    const { text = '' } = written(subject, option) ?? {}
    const names = splitList(text).map((word) => word.replace(/\[[\s\S]*$/, ''))
    return names
      .filter((name) => !name.includes('%(') && meansBlock(world, folders, name) && !BANACTIONS.test(name))
      .filter((name) => !readLayers(world, folders, `action.d/${name}`))
      .map((name) => ({
        ...about(subject, option, text),
        code: 'lint.unknown-banaction',
        severity: 'warning' as const,
        message: `${nameOf(subject)}: there is no ${option} "${name}"`,
        why: "Rampart takes it for one of that firewall's and bans all the same; Fail2ban does not start the jail.",
        write: `banaction = ${/allports/.test(name) ? 'nftables-allports' : 'nftables-multiport'}`,
      }))
  })
}
