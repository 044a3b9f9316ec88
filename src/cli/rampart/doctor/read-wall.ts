/** What there is to know of this host's firewall: files, kernel, units. Nothing is changed. */
import { asFault, Fault } from '../../../base/fault.ts'
import { readAssignments } from '../../../config/ufw/assignments.ts'
import { textOfBytes } from '../../../config/ufw/bytes.ts'
import type { CompiledFrame } from '../../../config/ufw/frame/compile-frame.ts'
import { readFrame } from '../../../config/ufw/frame/read-frame.ts'
import { loadedFrame } from '../../../config/ufw/loaded-frame.ts'
import type { UfwPaths } from '../../../config/ufw/paths.ts'
import { readRuleset } from '../../../config/ufw/read-ruleset.ts'
import { type ReadUfw, readUfw } from '../../../config/ufw/read-ufw.ts'
import { strayWarnings } from '../../../config/ufw/stray-lines.ts'
import { nftKernel } from '../../../firewall/kernel.ts'
import type { NftObject } from '../../../firewall/nft-json.ts'
import { type OldUfw, readOldUfw } from '../../../firewall/old-ufw/old-ufw.ts'
import { isActive, isInForce } from '../../../firewall/rules/apply.ts'
import type { Frame } from '../../../firewall/rules/frame.ts'
import type { Ruleset } from '../../../firewall/rules/ruleset.ts'
import type { Files } from '../../../world/files.ts'
import type { World } from '../../../world/world.ts'
import { hostAddresses, type Listening, listeningSockets } from '../../ufw/listening-sockets.ts'

export interface Wall {
  readonly ufw: ReadUfw | Fault
  readonly paths: UfwPaths
  readonly frame: CompiledFrame
  /** Address lists that rules name. */
  readonly lists?: Ruleset['lists']
  /** Lines of user.rules that count for nothing, as warnings with their place. */
  readonly stray: readonly string[]
  /** Tables, chains, rules; the Fault where the kernel cannot be asked. */
  readonly kernel: readonly NftObject[] | Fault
  readonly old: OldUfw | undefined
  /** Whether our table is there; whether it is what the files say. */
  readonly isActive: boolean
  readonly isWhole: boolean
  /** before.rules or after.rules were changed since they were loaded. */
  readonly isEdited: boolean
  readonly boot: Boot
  /** Families that the kernel forwards. */
  readonly forwarding: readonly (4 | 6)[]
  /** Global addresses of IPv6 that this host has. */
  readonly addresses6: readonly string[]
  readonly listening: readonly Listening[]
  /** /etc/default/ufw */
  readonly defaults: string
}

export interface Boot {
  readonly isSystemd: boolean
  /** Our unit, loaded at boot; `installed`: the unit of an installed ufw is; `none`. */
  readonly ufw: 'ours' | 'installed' | 'none'
  /** Other units that load rules at boot. */
  readonly others: readonly ('nftables' | 'firewalld' | 'netfilter-persistent')[]
  /** /etc/nftables.conf; empty: there is none. */
  readonly nftablesConf: string
  /** Whether netfilter-persistent's files hold chains of ufw. */
  readonly persistsUfw: boolean
}

export async function readWall(world: World, paths: UfwPaths): Promise<Wall> {
  const { files } = world
  const ufw = attempt(() => readUfw(world, paths))
  const isRead = !(ufw instanceof Fault)
  const families = isRead && !ufw.state.ipv6 ? ([4] as const) : ([4, 6] as const)
  const frame = readFrame(world, paths, families)
  const kernel = await attemptLater(nftKernel(world).structure())
  const old = isRead ? await attemptLater(readOldUfw(world, ufw.state)) : undefined
  const ruleset = isRead ? attempt(() => readRuleset(world, paths, ufw.state, true)) : undefined
  const active = kernel instanceof Fault ? false : await attemptLater(isActive(world))
  return {
    ...{ ufw, paths, frame, kernel },
    old: old instanceof Fault ? undefined : old,
    lists: ruleset instanceof Fault ? undefined : ruleset?.lists,
    isActive: active === true,
    isWhole: active === true && ruleset !== undefined && (await isAsWritten(world, ruleset)),
    isEdited: active === true && isFrameEdited(loadedFrame(files, paths), frame.frame),
    stray: isRead ? listed(attempt(() => strayWarnings(files, paths, ufw))) : [],
    boot: readBoot(files),
    forwarding: ([4, 6] as const).filter((family) => isForwarding(files, family)),
    addresses6: hostAddresses(files).flatMap(({ address }) => (address.bits >> 125n === 1n ? [address.text] : [])),
    listening: [...listeningSockets(files).values()].flat(),
    defaults: textOr(files, paths.defaults),
  }
}

function attempt<T>(act: () => T): T | Fault {
  try {
    return act()
  } catch (thrown) {
    return asFault(thrown, 'doctor.unreadable')
  }
}

async function attemptLater<T>(act: Promise<T>): Promise<T | Fault> {
  try {
    return await act
  } catch (thrown) {
    return asFault(thrown, 'doctor.unreadable')
  }
}

function listed<T>(value: readonly T[] | Fault): readonly T[] {
  return value instanceof Fault ? [] : value
}

async function isAsWritten(world: World, ruleset: Ruleset | Fault): Promise<boolean> {
  // What is wrong with the files is told apart.
  if (ruleset instanceof Fault) return true
  return (await attemptLater(isInForce(world, ruleset, { counted: true }))) === true
}

function isFrameEdited(loaded: Frame | undefined, now: Frame | undefined): boolean {
  if (!loaded || !now) return false
  const text = ({ chains, sets }: Frame) =>
    JSON.stringify([chains.map(({ family, table, name, rules }) => [family, table, name, rules]), sets])
  return text(loaded) !== text(now)
}

function readBoot(files: Files): Boot {
  const wanted = (unit: string) =>
    TARGETS.some((target) =>
      files.stat(`/etc/systemd/system/${target}.target.wants/${unit}.service`, { follow: false }),
    )
  const texts = UNITS.map((path) => textOr(files, path)).filter((text) => text !== '')
  const isOurs = texts[0]?.includes('loaded by Rampart') === true
  return {
    isSystemd: files.stat('/run/systemd/system')?.kind === 'folder',
    ufw: !wanted('ufw') ? 'none' : isOurs ? 'ours' : 'installed',
    others: (['nftables', 'firewalld', 'netfilter-persistent'] as const).filter(wanted),
    nftablesConf: textOr(files, '/etc/nftables.conf'),
    persistsUfw: ['4', '6'].some((end) => /^:ufw6?-/m.test(textOr(files, `/etc/iptables/rules.v${end}`))),
  }
}

const TARGETS = ['sysinit', 'multi-user', 'basic', 'network-pre']
/** In the order in which systemd takes them. */
const UNITS = [
  '/etc/systemd/system/ufw.service',
  '/usr/lib/systemd/system/ufw.service',
  '/lib/systemd/system/ufw.service',
]

/** Empty where it cannot be read. */
function textOr(files: Files, path: string): string {
  const text = attempt(() => (files.stat(path) ? textOfBytes(files.read(path)) : ''))
  return text instanceof Fault ? '' : text
}

function isForwarding(files: Files, family: 4 | 6): boolean {
  const name = family === 4 ? 'ipv4/ip_forward' : 'ipv6/conf/all/forwarding'
  return textOr(files, `/proc/sys/net/${name}`).trim() === '1'
}

/** A setting of /etc/default/ufw, in small letters. */
export function settingOf({ defaults }: Pick<Wall, 'defaults'>, name: string): string | undefined {
  return readAssignments(defaults).get(name)
}
