/**
 * From where it is known who is never banned: files, names and sessions of this host, and what `ignoreip` names. All of it is
 * looked up in the background; no failure waits for it.
 */
import type { Fault } from '../../base/fault.ts'
import type { Discovery } from '../../config/discover.ts'
import type { JailSettings } from '../../config/settings.ts'
import type { IgnoreList, Spared } from '../../jail/ignore.ts'
import type { Cancel } from '../../world/clock.ts'
import type { World } from '../../world/world.ts'
import { Asking } from '../asking/asking.ts'
import type { HeldJail } from '../held-jail.ts'
import { AllowFiles } from './allow-files.ts'
import { HostNames, type Wanted } from './host-names.ts'
import { IgnoreFiles } from './ignore-files.ts'
import { ignoredBy, namesOf, pathsOf } from './ignoring.ts'
import { spared } from './spared.ts'
import { SshPeers } from './ssh-peers.ts'
import { timeServers } from './time-servers.ts'

export interface SparedSourcesParts {
  readonly world: World
  /** Of the configuration, as they were named: one that is not there yet may come. */
  readonly folders: readonly string[]
  /** What holds now; undefined before anything does. */
  readonly current: () => { readonly jails: readonly JailSettings[]; readonly discovery: Discovery } | undefined
  /** @param fault undefined: of this topic nothing is wrong any more */
  readonly onTrouble: (topic: string, fault: Fault | undefined) => void
}

const NAMES_EVERY_MS = 10 * 60_000
const FILES_EVERY_MS = 1000
const TIMEOUT_MS = 5000
/** A start or a reload waits so long for a name. */
const READY_TIMEOUT_MS = 2000

export class SparedSources {
  /** Whom a jail spares by a command, and names in logs: asked for each failure. */
  readonly asking: Asking
  readonly #parts: SparedSourcesParts
  readonly #names: HostNames
  readonly #files: IgnoreFiles
  readonly #allowed: AllowFiles
  readonly #peers: SshPeers
  #timeServers: readonly Wanted[] = []

  constructor(parts: SparedSourcesParts) {
    const { names, files, clock } = parts.world
    this.asking = new Asking(parts)
    this.#parts = parts
    this.#names = new HostNames(names)
    this.#files = new IgnoreFiles({ files, onTrouble: parts.onTrouble })
    this.#allowed = new AllowFiles({ ...parts, files })
    this.#peers = new SshPeers(files, clock)
  }

  /** Knows what these jails name, beside those that run. @returns the names that have no address now */
  async ready(jails: readonly JailSettings[]): Promise<readonly string[]> {
    const names = namesOf(jails)
    const paths = [...pathsOf(this.#jails), ...pathsOf(jails)]
    await Promise.all([
      this.asking.load(jails),
      this.#names.lookUp(names.map(alone), READY_TIMEOUT_MS),
      this.#files.look(paths),
    ])
    return names.filter((name) => this.#names.addresses(name).length === 0)
  }

  /** Follows changes from here on. */
  begin(): Cancel {
    const { every } = this.#parts.world.clock
    void this.#lookUp()
    const cancels = [
      every(NAMES_EVERY_MS, () => void this.#lookUp()),
      every(FILES_EVERY_MS, () => void this.#files.look(pathsOf(this.#jails))),
    ]
    return () => {
      for (const cancel of cancels) cancel()
    }
  }

  /** By the host, whatever a jail says. */
  spared(isThorough: boolean): Spared[] {
    return spared(this.#parts.world, {
      allowed: this.#allowed.spared(),
      proxies: this.#parts.current()?.discovery.nginx.proxies ?? [],
      sshPeers: this.#peers.now(isThorough),
      timeServers: this.#timeServers.flatMap(({ name }) => this.#names.addresses(name)),
    })
  }

  ignored({ settings }: Pick<HeldJail, 'settings'>): IgnoreList {
    return settings ? ignoredBy(settings, { names: this.#names, files: this.#files }) : () => undefined
  }

  get #jails(): readonly JailSettings[] {
    return this.#parts.current()?.jails ?? []
  }

  async #lookUp(): Promise<void> {
    this.#timeServers = timeServers(this.#parts.world.files).map((name) => ({ name, isPool: true }))
    const wanted = [...namesOf(this.#jails).map(alone), ...this.#timeServers]
    this.#names.retain(wanted)
    await this.#names.lookUp(wanted, TIMEOUT_MS)
  }
}

function alone(name: string): Wanted {
  return { name, isPool: false }
}
