/** `ufw app update`: rules of a profile get the ports that it has now. */
import type { Profile } from '../../config/ufw/profile.ts'
import type { UfwState } from '../../config/ufw/state.ts'
import { ANYWHERE, type End, type Rule } from '../../firewall/rules/rule.ts'
import { addRules } from './change.ts'
import type { Command } from './command.ts'
import { asProtocol } from './draft.ts'
import { type EndList, portLists, portPairs } from './port-pairs.ts'
import { findProfile } from './profile-name.ts'
import { profileSubject } from './same-rule.ts'
import { printDry, remarks, remarksOnLoad, told, toldDry } from './told.ts'
import { wrong } from './wrong.ts'

type Profiles = ReadonlyMap<string, Profile>

/** What comes of it. */
export interface ProfileUpdate {
  readonly next: UfwState
  readonly kernel: 'as it is' | 'change'
  readonly told: string
  readonly remarks: string
  readonly dry: string
}

/** @throws Fault `ufw.profile` */
export function decideProfileUpdate(
  state: UfwState,
  { name, addNew }: Extract<Command, { kind: 'app-update' }>,
  profiles: Profiles,
): ProfileUpdate {
  const names = name === 'all' ? [...profiles.keys()] : [name]
  const touched = names.filter((one) => state.rules.some((rule) => isOf(rule, one)))
  if (name !== 'all' && touched.length > 0 && !profiles.has(name)) throw missing()
  let next = state
  let files = ''
  for (const one of touched) {
    next = { ...next, rules: updated(next.rules, one, profiles) }
    files += `${printDry(next, 4)}${state.ipv6 ? printDry(next, 6) : ''}`
  }
  const done = touched.map((one) => `Rules updated for profile '${one}'\n`).join('')
  const reloaded = touched.length === 0 ? '' : state.enabled ? 'Firewall reloaded\n' : '\n'
  const loading = touched.length > 0 && state.enabled ? LOADING : ''
  const update: ProfileUpdate = {
    next,
    kernel: touched.length > 0 && state.enabled ? 'change' : 'as it is',
    told: `${done}${reloaded}`,
    remarks: touched.length > 0 && state.enabled ? remarksOnLoad(next.rules) : '',
    dry: `${files}${loading}${done}${reloaded}`,
  }
  return addNew && state.profilePolicy !== 'skip' ? withNew(update, name, profiles) : update
}

const LOADING = '> | iptables-restore\n> | ip6tables-restore\n'

function missing() {
  return wrong('profile', 'No rules found for application profile')
}

/** Its rules take the place of the first that it had. */
function updated(rules: readonly Rule[], name: string, profiles: Profiles): readonly Rule[] {
  const done = new Set<string>()
  return rules.flatMap((rule) => {
    if (!isOf(rule, name)) return [rule]
    const key = `${rule.family} ${profileSubject(rule)}`
    if (done.has(key)) return []
    done.add(key)
    return rulesOf(rule, profiles)
  })
}

function isOf({ to, from }: Rule, name: string): boolean {
  return to.profile === name || from.profile === name
}

/** One for each pair of lists of ports that agree on a protocol. */
function rulesOf(rule: Rule, profiles: Profiles): readonly Rule[] {
  const pairs = portPairs(listsOf(rule.to, rule.protocol, profiles), listsOf(rule.from, rule.protocol, profiles))
  return pairs.map(({ protocol, ...ends }) => ({ ...rule, protocol: asProtocol(protocol)!, ...ends }))
}

function listsOf(end: End, protocol: Rule['protocol'], profiles: Profiles): readonly EndList<End>[] {
  const profile = end.profile === undefined ? undefined : profiles.get(end.profile)
  // Ports beside a profile have its protocol; those of a profile that is not there any more stay as they are.
  if (!profile) return [{ protocol: end.profile === undefined ? 'any' : protocol, ports: end.ports, end }]
  return portLists(profile).map(({ protocol, ports }) => ({ protocol, ports, end: { ...end, ports } }))
}

/** As `ufw allow NAME` would, or what the default policy of profiles is. */
function withNew(update: ProfileUpdate, name: string, profiles: Profiles): ProfileUpdate {
  const state = update.next
  const profile = findProfile(profiles, name)
  const families = state.ipv6 ? ([4, 6] as const) : ([4] as const)
  const wanted = families.flatMap((family) =>
    rulesOf(
      {
        ...{
          family,
          action: ACTIONS[state.profilePolicy],
          path: 'in',
          inInterface: undefined,
          outInterface: undefined,
        },
        ...{ log: 'none', protocol: 'any', from: ANYWHERE, to: { ...ANYWHERE, profile: profile.name } },
        comment: undefined,
      },
      profiles,
    ),
  )
  const change = addRules(state.rules, wanted, 'append')
  return {
    next: { ...state, rules: change.rules },
    kernel: state.enabled ? 'change' : 'as it is',
    told: `${update.told}${told(change, state.enabled)}`,
    remarks: `${update.remarks}${remarks(change, state)}`,
    dry: `${update.dry}${toldDry(change, state)}`,
  }
}

const ACTIONS = { accept: 'allow', drop: 'deny', reject: 'reject', skip: 'allow' } as const
