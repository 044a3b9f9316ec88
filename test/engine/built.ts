/** An engine over a kernel in memory and a history that may fail. */
import { parseNetwork } from '../../src/base/address.ts'
import { Engine } from '../../src/engine/engine.ts'
import type { Event } from '../../src/engine/event.ts'
import type { HeldJail } from '../../src/engine/held-jail.ts'
import { noHistory } from '../../src/engine/history/no-history.ts'
import { manualJail } from '../../src/engine/manual-jail.ts'
import type { Report } from '../../src/engine/reader/report.ts'
import { steadyClock } from '../../src/engine/steady-clock.ts'
import { BanTable } from '../../src/firewall/ban-table.ts'
import type { Spared } from '../../src/jail/ignore.ts'
import { jailState } from '../../src/jail/jail-state.ts'
import type { Deed } from '../../src/store/deed.ts'
import type { History } from '../../src/store/history.ts'
import { fakeWorld } from '../../src/world/fake.ts'
import type { World } from '../../src/world/world.ts'
import { type MemoryKernel, memoryKernel } from '../firewall/memory-kernel.ts'

export class Built {
  readonly world = fakeWorld()
  readonly kernel: MemoryKernel = memoryKernel()
  readonly events: Event[] = []
  readonly saved: Deed[] = []
  readonly engine: Engine

  constructor(of: { readonly history?: Partial<History>; readonly spared?: () => readonly Spared[] } = {}) {
    const clock = steadyClock(this.world.clock)
    const save = async (deed: Deed) => {
      this.saved.push(deed)
      return 'kept' as const
    }
    this.engine = new Engine({
      version: '1.2.3',
      pid: 42,
      clock,
      history: { ...noHistory(), save, entrust: async (deed) => void (await save(deed)), ...of.history },
      table: new BanTable({ kernel: this.kernel, clock }),
      jails: [manualJail(this.world), countingJail(this.world)],
      spared: of.spared ?? (() => []),
      ignored: () => () => undefined,
      faults: [],
      lastSeq: 0,
    })
    this.engine.listen((event) => this.events.push(event))
  }

  /** Lets seconds pass, and what they lead to happen. */
  async pass(seconds: number): Promise<void> {
    for (let i = 0; i < seconds; i++) {
      this.world.advance(1000)
      await settled()
    }
  }

  told(kind: Event['kind']): string[] {
    return this.events.flatMap((event) => (event.kind === kind && 'address' in event ? [event.address] : []))
  }
}

/** A jail that bans at the second failure. */
export function countingJail(world: World): HeldJail {
  const { state, ...manual } = manualJail(world)
  const options = { ...state.options, name: 'sshd', maxretry: 2, maxmatches: 2, findtime: 60, bantime: 60 }
  return { ...manual, name: 'sshd', state: jailState({ ...state, options }) }
}

/** What the reader tells of one failure of this address, at this place of the log. */
export function batch(id: string, offset: number, time: number): Report {
  const failure = { id, kind: 'ip', time, lines: ['x'], attempts: 1, fields: {} } as const
  const mark = { device: 1, inode: 1, head: '', headBytes: 0, offset }
  return { kind: 'batch', batch: { log: '/log', mark, lines: 1, failures: [{ jail: 'sshd', failure }] } }
}

export async function settled(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve))
}

export const ORDER = { jail: undefined, lasts: undefined, force: false }
export const networks = (...words: readonly string[]) => words.map((word) => parseNetwork(word)!)
