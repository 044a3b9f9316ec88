/** What anyone deletes in one table, as a program that stays tells it line by line. */
import type { Cancel } from '../world/clock.ts'
import type { Child } from '../world/run.ts'
import type { World } from '../world/world.ts'
import { RULE_TABLE } from './rules/printed.ts'

export type MonitorEvent =
  /** Elements of a set are gone; addresses as nft prints them. */
  | { readonly kind: 'element'; readonly set: string; readonly addresses: readonly string[] }
  /** A rule, chain, set or the table is gone; the name of a chain or a set. */
  | { readonly kind: 'structure'; readonly what: string; readonly name?: string | undefined }
  /** Something in the table of the rules is another than before. */
  | { readonly kind: 'rules' }
  /** The program was started, or started again: what happened before was not seen. */
  | { readonly kind: 'started' }
  /** From now on it hears. `nft monitor` never says so. */
  | { readonly kind: 'listening' }
  /** There is no such program, or no room for it just now. */
  | { readonly kind: 'absent' }

/** Silent on additions and on elements that expire. It keeps 340 bytes of each element that it saw come. */
export const NFT_MONITOR = ['nft', '-n', 'monitor', 'destroy'] as const

/** Never throws: a program that ends is started again, after 0.2 s, then ever later up to a minute. */
export function monitor(
  { run, clock }: Pick<World, 'run' | 'clock'>,
  argv: readonly string[],
  table: string,
  tell: (event: MonitorEvent) => void,
): Cancel {
  let stopped = false
  let child: Child | undefined
  let cancelPause: Cancel = () => {}
  let pause = 200
  const start = () => {
    if (stopped) return
    const began = clock.monotonic()
    const take = (line: string) => {
      // The kernel dropped messages, or nft has lost track of a set: a new one begins afresh.
      if (BLIND.test(line)) child?.kill('SIGTERM')
      const event = parseLine(line, table)
      if (event && !stopped) tell(event)
    }
    child = run.start(argv, { onOut: lineReader(take), onErr: lineReader(take) })
    void child.ended.then((code) => {
      if (code === NO_PROGRAM && !stopped) tell({ kind: 'absent' })
      pause = clock.monotonic() - began > 60_000 ? 200 : Math.min(pause * 2, 60_000)
      if (!stopped) cancelPause = clock.after(pause, start)
    })
    tell({ kind: 'started' })
  }
  start()
  return () => {
    stopped = true
    cancelPause()
    child?.kill('SIGTERM')
  }
}

/** As a shell, and the leash that holds it, say it. */
const NO_PROGRAM = 127

const BLIND = /We lost some netlink events|event for an unknown set/

/** Lines longer than this are somebody else's: ours hold one element. */
const MAX_LINE = 65_536

function lineReader(take: (line: string) => void): (bytes: Uint8Array) => void {
  const decoder = new TextDecoder()
  let rest = ''
  let skipping = false
  return (bytes) => {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n')
    rest = lines.pop()!
    for (const line of lines) {
      if (!skipping) take(line)
      skipping = false
    }
    if (rest.length > MAX_LINE) [rest, skipping] = ['', true]
  }
}

/** `delete element inet rampart_bans tcp_80_drop_4 { 192.0.2.1 timeout 1h expires 59m }` and its like. */
export function parseLine(line: string, table: string): MonitorEvent | undefined {
  if (line === 'listening') return { kind: 'listening' }
  const [verb, what, family, name, ...rest] = line.split(' ')
  if (name === RULE_TABLE && family === 'inet') return { kind: 'rules' }
  if ((verb !== 'delete' && verb !== 'destroy') || family !== 'inet' || name !== table) return undefined
  if (what !== 'element') return { kind: 'structure', what: what ?? '', name: rest[0] }
  const inside = /\{ (.*) \}/.exec(rest.join(' '))?.[1] ?? ''
  return { kind: 'element', set: rest[0] ?? '', addresses: inside.split(', ').map((text) => text.split(' ')[0]!) }
}
