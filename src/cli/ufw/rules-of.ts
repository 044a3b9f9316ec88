/** The rules that a draft means: one for each family, and of a profile one for each of its lists of ports. */
import type { Fault } from '../../base/fault.ts'
import type { Services } from '../../config/ufw/services.ts'
import { type End, listEnd, type Rate, type Rule } from '../../firewall/rules/rule.ts'
import { type Draft, type DraftEnd, isOnly4 } from './draft.ts'
import { checkInterface } from './interface-name.ts'
import { isList } from './port-list.ts'
import { findProfile, mayNameProfile } from './profile-name.ts'
import { profilePairs } from './profile-pairs.ts'
import { checkProtocol, protocolOf } from './protocol-of.ts'
import type { Qualified } from './qualifiers.ts'
import type { Vocabulary } from './vocabulary.ts'
import { wrong } from './wrong.ts'

/** What all rules of a sentence have in common. */
export interface Common extends Omit<Qualified, 'words'> {
  readonly action: Rule['action']
  readonly rate?: Rate
}

export interface Meant {
  readonly rules: readonly Rule[]
  /** Why they cannot be; UFW looks for the place of a rule before it looks into this. */
  readonly unfit: Fault | undefined
}

/** @throws Fault `ufw.words`, `ufw.address`, `ufw.profile`, `ufw.protocol`, `ufw.port` */
export function rulesOf(draft: Draft, common: Common, vocabulary: Vocabulary): Meant {
  return inFamilies(draftsOf(draft, vocabulary, profilePairs), common, vocabulary)
}

/** What is to be deleted: a profile need not be known any more, and which ports it had does not matter. */
export function deletedRules(draft: Draft, common: Common, vocabulary: Vocabulary): Meant {
  return inFamilies(draftsOf(draft, vocabulary, named), common, vocabulary)
}

function draftsOf(draft: Draft, vocabulary: Vocabulary, expand: typeof profilePairs): readonly Draft[] {
  const hasProfile = draft.to.profile !== undefined || draft.from.profile !== undefined
  const family = familyOf(draft)
  const protocol = protocolOf(draft, vocabulary.services)
  const numbered = { ...withNumbers(draft, vocabulary.services), protocol }
  if (!hasProfile) {
    checkProtocol(protocol, numbered, family)
    return [numbered]
  }
  if (protocol !== 'any') throw wrong('words', `Improper rule syntax ('${protocol}' specified with app rule)`)
  return expand(numbered, vocabulary.profiles())
}

function familyOf({ from, to }: Draft): 4 | 6 | undefined {
  if (from.address && to.address && from.address.family !== to.address.family)
    throw wrong('address', "Mixed IP versions for 'from' and 'to'")
  return (from.address ?? to.address)?.family
}

function withNumbers(draft: Draft, services: Services): Draft {
  const numbered = (end: DraftEnd) => {
    const service = end.port === undefined || isList(end.port) ? undefined : services(end.port)
    return service ? { ...end, port: String(service.port) } : end
  }
  return { ...draft, from: numbered(draft.from), to: numbered(draft.to) }
}

const named: typeof profilePairs = (draft, profiles) => {
  const end = (one: DraftEnd) => (one.profile === undefined ? one : { ...one, profile: knownName(one.profile) })
  const knownName = (name: string) => {
    if (!mayNameProfile(name)) throw wrong('profile', 'Invalid profile name')
    return [...profiles.keys()].some((key) => key.toLowerCase() === name.toLowerCase())
      ? findProfile(profiles, name).name
      : name
  }
  return [{ ...draft, to: end(draft.to), from: end(draft.from) }]
}

function inFamilies(drafts: readonly Draft[], common: Common, vocabulary: Vocabulary): Meant {
  if (common.second) checkInterface(common.second.name)
  const family = familyOf(drafts[0]!)
  const only4 = !vocabulary.ipv6 || isOnly4(drafts[0]!.protocol ?? 'any')
  const families = family !== undefined ? [family] : only4 ? [4 as const] : ([4, 6] as const)
  const rules = families.flatMap((each) => drafts.map((draft) => ruleOf(draft, common, each)))
  // Of a profile's rules UFW says that none was left behind.
  const undone = drafts.length > 1 ? '\nError applying application rules. Attempted rules successfully unapplied.' : ''
  return { rules, unfit: whyUnfit(rules, vocabulary.ipv6, undone) }
}

function whyUnfit(rules: readonly Rule[], ipv6: boolean, undone: string): Fault | undefined {
  if (!ipv6 && rules.some(({ family }) => family === 6)) return wrong('address', `IPv6 support not enabled${undone}`)
  const isLoose = rules.some(({ protocol, to, from }) => protocol === 'any' && (isList(to.ports) || isList(from.ports)))
  return isLoose ? wrong('port', `Must specify 'tcp' or 'udp' with multiple ports${undone}`) : undefined
}

function ruleOf(draft: Draft, common: Common, family: 4 | 6): Rule {
  const { action, rate, path, log, comment } = common
  return {
    ...{ family, action, path, log, comment },
    ...(rate && { rate }),
    ...interfacesOf(draft, common),
    protocol: draft.protocol ?? 'any',
    from: endOf(draft.from, family),
    to: endOf(draft.to, family),
  }
}

function interfacesOf(draft: Draft, { path, direction, second }: Common): Pick<Rule, 'inInterface' | 'outInterface'> {
  const inInterface = second?.direction === 'in' ? second.name : draft.inInterface
  const outInterface = second?.direction === 'out' ? second.name : draft.outInterface
  if (inInterface !== undefined && outInterface !== undefined) {
    // UFW keeps such a rule, and its kernel refuses all rules then.
    if (path !== 'forward') throw wrong('interface', 'Invalid interface clause')
    return { inInterface, outInterface }
  }
  const only = inInterface ?? outInterface
  const isIn = (direction ?? (inInterface === undefined ? 'out' : 'in')) === 'in'
  return isIn ? { inInterface: only, outInterface: undefined } : { inInterface: undefined, outInterface: only }
}

function endOf({ address, list, port, profile }: DraftEnd, family: 4 | 6): End {
  const where = list === undefined ? address?.end : listEnd(list, family)
  return { network: undefined, ...where, ports: port ?? 'any', profile }
}
