/**
 * Rules of ufw that Fail2ban left behind when it was killed, as `rampart import fail2ban` finds them: each becomes a ban of its
 * jail, and only when the kernel has that does the rule go, under one lock. No packet of theirs is let in meanwhile.
 */
import { type OpenUfw, underLock } from '../../config/ufw/open-ufw.ts'
import { ufwPaths } from '../../config/ufw/paths.ts'
import { readUfw } from '../../config/ufw/read-ufw.ts'
import { ask } from '../../control/client.ts'
import { printForeignBans } from '../../control/foreign-text.ts'
import type { TakenOver } from '../../engine/history/take-over.ts'
import { whatIsActive } from '../../firewall/rules/apply.ts'
import type { BanSentence } from '../../firewall/rules/ban-sentence.ts'
import { addressText, type Rule } from '../../firewall/rules/rule.ts'
import type { ForeignBan } from '../../store/fail2ban/foreign-ban.ts'
import { openUfwBans } from '../../store/ufw-bans.ts'
import type { Setting } from '../setting.ts'
import type { Call } from '../ufw/call.ts'
import { carry } from '../ufw/carry.ts'
import { warn } from '../ufw/warn.ts'

/** A rule whose comment says whose ban it was. */
export interface LeftRule {
  readonly rule: Rule
  readonly jail: string
  readonly address: string
  readonly failures: number
}

/** What became of one. */
export interface LeftOutcome {
  readonly jail: string
  readonly address: string
  /** The rule is gone, or would be. */
  readonly done: boolean
  /** For a person. */
  readonly words: string
}

/** @throws Fault as `readUfw` */
export function leftRules(setting: Setting): readonly LeftRule[] {
  const { world } = setting
  return among(readUfw(world, ufwPaths()).state.rules, patterns(setting))
}

export function leftKey({ jail, address }: Pick<LeftRule, 'jail' | 'address'>): string {
  return `${jail} ${address}`
}

/**
 * @param known what Fail2ban's database says last of each, by `leftKey`: it tells how much time is left
 * @throws Fault as `carry` and `ask`: then rules are as they were, and bans may stand beside them
 */
export function takeOverRules(
  setting: Setting,
  known: ReadonlyMap<string, ForeignBan>,
  { socket, dryRun }: { readonly socket: string; readonly dryRun: boolean },
): Promise<readonly LeftOutcome[]> {
  const { world } = setting
  const paths = ufwPaths()
  return underLock(world, paths, async (ufw) => {
    const left = among(ufw.state.rules, patterns(setting))
    const now = world.clock.now()
    const bans = left.map((one) => known.get(leftKey(one)) ?? asBan(one, now))
    const taken: TakenOver['bans'][number][] = []
    for (let at = 0; at < bans.length; at += PIECE) {
      const text = printForeignBans(bans.slice(at, at + PIECE))
      taken.push(...(await ask(socket, { verb: 'import', bans: text, dryRun })).bans)
    }
    const outcomes = new Map(taken.map((one) => [leftKey(one), one]))
    const judged = left.map((one, i) => {
      const outcome = outcomeOf(one, outcomes.get(leftKey(one)), bans[i]!, now)
      return { rule: one.rule, outcome }
    })
    const gone = new Set(judged.flatMap(({ rule, outcome }) => (outcome.done ? [rule] : [])))
    if (!dryRun && gone.size > 0) await remove(setting, ufw, gone)
    return judged.map(({ outcome }) => outcome)
  })
}

/** A message may have a megabyte. */
const PIECE = 2000

/** Unknown to the database: as long as its jail bans, from now on. */
function asBan({ jail, address, failures }: LeftRule, now: number): ForeignBan {
  return { jail, address, from: now, lasts: undefined, failures, count: 1, matches: [], isLast: true }
}

function outcomeOf(
  { jail, address }: LeftRule,
  taken: TakenOver['bans'][number] | undefined,
  ban: ForeignBan,
  now: number,
): LeftOutcome {
  if (taken) return { jail, address, done: taken.done, words: taken.words }
  // The guard says nothing of what is over, or of a jail that it does not have: only a known end tells which.
  const isOver = ban.lasts !== undefined && ban.lasts >= 0 && ban.from + ban.lasts * 1000 <= now
  return { jail, address, done: isOver, words: isOver ? 'its ban was over' : 'no jail of this name runs here' }
}

async function remove(setting: Setting, ufw: OpenUfw, gone: ReadonlySet<Rule>): Promise<void> {
  const next = { ...ufw.state, rules: ufw.state.rules.filter((rule) => !gone.has(rule)) }
  // An installed ufw may be in force: its chains are not ours to change.
  const { rules: isOurs } = await whatIsActive(setting.world)
  const call: Call = {
    setting,
    paths: ufwPaths(),
    sentence: { command: { kind: 'reload' }, dryRun: false, force: true, json: false, rollback: undefined },
    said: 'rampart import fail2ban',
    warn: (warnings) => warn(call, warnings),
  }
  await carry(call, ufw, { next, kernel: isOurs && next.enabled ? 'change' : 'as it is', told: '', dry: '' })
}

/** How to tell whose ban a rule is: the text that the installed Fail2ban writes, and those that jails here were given. */
interface Pattern {
  readonly jail: string | undefined
  readonly comment: RegExp
}

function patterns({ world }: Setting): readonly Pattern[] {
  const open = openUfwBans(world.files, ufwPaths().guard!.state, world.clock.now())
  try {
    const given = open?.jails.map(({ name, sentence }) => ({ jail: name, comment: commentOf(sentence) })) ?? []
    return [
      ...given,
      { jail: undefined, comment: /^by Fail2Ban after (?<failures>\d{1,9}) attempts against (?<jail>.+)$/ },
    ]
  } finally {
    open?.close()
  }
}

function commentOf({ comment }: BanSentence): RegExp {
  const [first, ...more] = comment.split(/(<failures>)/).map((part) => {
    if (part === '<failures>') return part
    return part.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&').replaceAll(/<(?:ip|bancount)>/g, '\\S+')
  })
  // A group has one place.
  const filled = [first, ...more.map((part, i) => (part !== '<failures>' ? part : i === 0 ? FAILURES : '\\d+'))].join(
    '',
  )
  return new RegExp(`^${filled}$`)
}

const FAILURES = '(?<failures>\\d{1,9})'

function among(rules: readonly Rule[], known: readonly Pattern[]): readonly LeftRule[] {
  return rules.flatMap((rule) => {
    const { action, path, from, log, comment, family } = rule
    const isBan = (action === 'reject' || action === 'deny') && path === 'in' && log === 'none' && from.network
    if (!isBan || comment === undefined) return []
    for (const pattern of known) {
      const found = pattern.comment.exec(comment)
      const jail = pattern.jail ?? found?.groups?.['jail']
      if (!found || jail === undefined) continue
      return [{ rule, jail, address: addressText(from, family), failures: Number(found.groups?.['failures'] ?? 0) }]
    }
    return []
  })
}
