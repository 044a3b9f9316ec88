/**
 * The kernel's firewall, through the nft program: a child process keeps libnftables (GPL) apart, and a ban by it takes
 * 3 ms. One child at a time; who has more to say gathers it meanwhile.
 */
import { Fault } from '../base/fault.ts'
import type { Cancel } from '../world/clock.ts'
import type { Exit, Ready, Run } from '../world/run.ts'
import type { World } from '../world/world.ts'
import { listenerCommand } from './listener.ts'
import { type MonitorEvent, monitor, NFT_MONITOR } from './monitor.ts'
import { BAN_TABLE, MARK, MARKS } from './nft.ts'
import { nftFault } from './nft-fault.ts'
import { type NftObject, parseNftObjects } from './nft-json.ts'
import { RULE_TABLE } from './rules/printed.ts'

export interface Kernel {
  /**
   * One transaction: all of its lines or none. Resolves when the kernel has it; tries again for 2 s while it is busy,
   * or nft hangs.
   * @throws Fault `kernel.refused`, `kernel.gone`, `kernel.full`, `kernel.large`, `kernel.busy`, `kernel.absent`,
   * `kernel.denied` (see nft-fault.ts)
   */
  apply(lines: readonly string[]): Promise<void>
  /**
   * Indices of those `create` lines whose object is there already. Nothing is changed, at any size of the sets: reading
   * an element back would make nft list every set (33 s at a million elements).
   * @throws Fault as `apply`, `kernel.gone` if the table or a set is not there
   */
  probe(lines: readonly string[]): Promise<readonly number[]>
  /** Tables, chains, rules and sets without their elements, as nft's JSON has them. */
  structure(): Promise<readonly NftObject[]>
  /**
   * The elements of a set, as nft prints them. A big set takes long and much memory, so this is for who cannot know them
   * otherwise.
   * @param withinMs some 100,000 elements are listed within 2 s
   * @throws Fault as `apply`; `kernel.busy` when it takes longer
   */
  elements(set: string, withinMs: number): Promise<string>
  /**
   * Tells of what anyone deletes in one table of family inet, until cancelled, and that the table of the rules was changed (of
   * `nft`: only that something of it was deleted); for how many elements, see watcher.ts.
   */
  watch(how: 'nft' | 'listener', table: string, tell: (event: MonitorEvent) => void): Cancel
}

/**
 * @param table stands in the kernel for the usual one, of which all others speak: of another guard on this host
 * @param keepReady between transactions one `nft` waits for its input already: the start of a program, 3 to 8 ms, is most
 * of what a ban takes. For who bans all the time; it costs 2 MB.
 */
export function nftKernel(
  { run, clock }: Pick<World, 'run' | 'clock'>,
  { keepReady = false, table: own = BAN_TABLE } = {},
): Kernel {
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(act: () => Promise<T>): Promise<T> => {
    const result = last.then(act)
    last = result.catch(() => {})
    return result
  }
  const feed = feeder(run, keepReady)
  // Every line names the table once, behind its verb and what it is about.
  const named = (lines: readonly string[]) =>
    own === BAN_TABLE ? lines : lines.map((line) => line.replace(`inet ${BAN_TABLE}`, `inet ${own}`))
  const nft = async (argv: readonly string[], input = '', maxOutputBytes = MAX_OUTPUT_BYTES) => {
    const give = clock.monotonic() + PATIENCE_MS
    for (let pause = 20; ; pause = Math.min(pause * 2, 1000)) {
      const isInput = argv[0] === '-f'
      const exit = isInput ? await feed(input) : await run.once(['nft', ...argv], { ...limits(0), maxOutputBytes })
      if (exit.code === 0) return exit.out
      const fault = nftFault(exit)
      if (fault.code !== 'kernel.busy' || clock.monotonic() > give) throw Object.assign(fault, { cause: exit.err })
      await new Promise<void>((resolve) => clock.after(pause, resolve))
    }
  }
  return {
    apply: (lines) =>
      inTurn(async () => {
        await nft(['-f', '-'], `${named(lines).join('\n')}\n`)
      }),
    probe: (lines) => inTurn(() => probe(named(lines), nft)),
    structure: () =>
      inTurn(async () => {
        const objects = parseNftObjects(await nft(['-t', '-j', 'list', 'ruleset'], '', 64 * 1024 * 1024))
        return own === BAN_TABLE ? objects : objects.map((object) => renamed(object, own))
      }),
    async elements(set, withinMs) {
      const exit = await run.once(['nft', 'list', 'set', 'inet', own, set], { ...LISTING, timeoutMs: withinMs })
      if (exit.code !== 0) throw nftFault(exit)
      return exit.out
    },
    watch(how, usual, tell) {
      const table = usual === BAN_TABLE ? own : usual
      const argv = how === 'nft' ? NFT_MONITOR : listenerCommand(table, MARKS, [MARK.begin, MARK.beginAll], RULE_TABLE)
      return monitor({ run, clock }, argv, table, tell)
    },
  }
}

/** Of the table's own name where it stands for another, and of another one that has the usual name. */
function renamed(object: NftObject, own: string): NftObject {
  return Object.fromEntries(
    Object.entries(object).map(([kind, what]) => {
      const key = kind === 'table' ? 'name' : 'table'
      const name = what[key] === own ? BAN_TABLE : what[key] === BAN_TABLE ? own : what[key]
      return [kind, { ...what, ...(name === undefined ? {} : { [key]: name }) }]
    }),
  )
}

const MAX_OUTPUT_BYTES = 65_536

/** A transaction of 50,000 elements, 1.7 MB, takes 0.3 s where nothing else goes on. All later bans wait for an nft that hangs. */
function limits(inputLength: number) {
  return { timeoutMs: 5000 + inputLength / 100, maxOutputBytes: MAX_OUTPUT_BYTES }
}

const LISTING = { maxOutputBytes: 64 * 1024 * 1024, leashed: true }

/** Runs transactions, by the `nft` that waits if there is one. */
function feeder(run: Run, keepReady: boolean): (input: string) => Promise<Exit> {
  let spare: Ready | undefined
  const ready = () => run.ready(['nft', '-f', '-'], { maxOutputBytes: MAX_OUTPUT_BYTES })
  return async (input) => {
    const waiting = spare?.waits ? spare : undefined
    spare = undefined
    const { timeoutMs } = limits(input.length)
    let exit = await (waiting ?? ready()).give(input, timeoutMs)
    // Somebody ended the one that waited: that says nothing about the input.
    if (waiting && exit.code > 128 && !exit.timedOut) exit = await ready().give(input, timeoutMs)
    if (keepReady) spare = ready()
    return exit
  }
}

/** As long as a busy kernel is asked again. */
const PATIENCE_MS = 2000

/** The second of them cannot succeed, so that the kernel takes back the lines that did. */
const NEVER = ['create table inet rampart_probe', 'create table inet rampart_probe']

async function probe(
  lines: readonly string[],
  nft: (argv: readonly string[], input: string) => Promise<unknown>,
): Promise<number[]> {
  const thrown = await nft(['-f', '-'], `${[...lines, ...NEVER].join('\n')}\n`).then(
    () => new Fault('kernel.refused', 'a probe was not refused'),
    (reason: Fault) => reason,
  )
  const complaints = [...String(thrown.cause).matchAll(/^\S*?:(\d+):\d+-\d+: Error: (.*)$/gm)]
  const present: number[] = []
  for (const [, line, words] of complaints) {
    const index = Number(line) - 1
    if (!/File exists/.test(words!)) throw thrown
    if (index < lines.length) present.push(index)
  }
  if (complaints.length === 0) throw thrown
  return present
}
