/** What slips through while rules change: 2,000 packets a second to a port that is denied and to one that is allowed. */
import type { ChildProcess } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { begin } from '../../test/firewall/rules/packets.ts'
import { ended } from '../../test/lab/host.ts'
import { sleep } from '../../test/lab/lab.ts'
import type { Progress } from '../guard/measured.ts'
import type { Row } from '../guard/row.ts'
import { type Firewall, firewalls, INSIDE, OUTSIDE, PORTS, say, walled } from './firewall.ts'

const RULES = 1000
const A_SECOND = 2000

interface Phase {
  readonly what: string
  readonly turns: number
  readonly turn: (firewall: Firewall, turn: number) => Promise<unknown>
}

const PHASES: readonly Phase[] = [
  { what: '50 changes', turns: 50, turn: change },
  { what: '20 reloads', turns: 20, turn: (firewall) => say(firewall, 'reload') },
  { what: '20 times kill -9 in a reload or a change', turns: 20, turn: killed },
]

export async function gap(progress: Progress): Promise<Row[]> {
  const found = new Map<string, readonly Leaked[]>()
  for (const name of firewalls()) {
    found.set(
      name,
      await walled(name, RULES, async (firewall) => {
        const phases: Leaked[] = []
        for (const phase of PHASES) phases.push(await during(firewall, phase, progress))
        return phases
      }),
    )
  }
  return PHASES.flatMap(({ what }, at) => {
    const [ours, theirs] = ['rampart', 'ufw'].map((name) => found.get(name)?.[at])
    const note = `Of ${A_SECOND} packets a second to each port, with ${RULES.toLocaleString('en')} rules`
    const row = { unit: 'packets', atMost: 0, note } as const
    return [
      { what: `${what}: packets to a denied port that came in`, rampart: ours!.in, ufw: theirs?.in, ...row },
      { what: `${what}: packets to an allowed port that were lost`, rampart: ours!.lost, ufw: theirs?.lost, ...row },
    ]
  })
}

interface Leaked {
  readonly in: number
  readonly lost: number
}

async function during(firewall: Firewall, { what, turns, turn }: Phase, progress: Progress): Promise<Leaked> {
  const [inside, outside] = [firewall.host, firewall.outside].map(({ pid }) => ({
    enter: ['nsenter', `--target=${pid}`, '--net'],
  }))
  const ports = [PORTS.allowed, PORTS.denied].map(String)
  const counter = await begin(inside!, 'count', ...ports)
  const floods = await Promise.all(
    ports.map((port) => begin(outside!, 'flood', OUTSIDE, INSIDE, port, String(A_SECOND))),
  )
  try {
    for (let at = 0; at < turns; at++) {
      progress(`${firewall.name}, ${what}: ${at + 1}`)
      await turn(firewall, at)
    }
    const [allowed] = await Promise.all(floods.map(total))
    await sleep(500)
    const [came, leaked] = (await total(counter)).split(' ').map(Number)
    return { in: leaked!, lost: Number(allowed) - came! }
  } finally {
    for (const child of [counter, ...floods]) child.kill('SIGKILL')
  }
}

async function total(child: ChildProcess): Promise<string> {
  child.stdin!.end()
  return (await text(child.stdout!)).trim()
}

/** Each leaves what comes in for the two ports as it was. */
async function change(firewall: Firewall, turn: number): Promise<unknown> {
  const rule = ['deny', 'from', `198.51.100.${turn}`]
  const port = `${3000 + turn}/tcp`
  const changes = [
    ['allow', port],
    rule,
    ['prepend', ...rule],
    ['limit', port],
    ['insert', '1', 'reject', port],
    ['delete', 'deny', 'from', `198.51.100.${turn - 4}`],
    ['logging', turn % 2 === 0 ? 'medium' : 'low'],
    ['route', 'allow', port],
  ]
  return say(firewall, ...changes[turn % changes.length]!)
}

/** At another instant each time. It is not put right afterwards but by the next one. */
async function killed(firewall: Firewall, turn: number): Promise<void> {
  const words = turn % 2 === 0 ? ['reload'] : ['allow', `${4000 + turn}/tcp`]
  const child = firewall.host.start([firewall.program, ...words])
  child.stdout!.resume()
  child.stderr!.resume()
  await sleep((LONGEST_MS[firewall.name] * (turn + 1)) / 20)
  child.kill('SIGKILL')
  await ended(child)
  await sleep(100)
}

/** About as long as a reload takes. */
const LONGEST_MS = { rampart: 200, ufw: 2000 }
