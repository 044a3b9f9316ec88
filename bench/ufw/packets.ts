/**
 * What a new packet costs that none of the rules denies or allows: it meets all of them, and the policy drops it. Counted is what
 * came in and was judged, not what was sent; the sender, which is no firewall's business, is measured by itself.
 */
import { once } from 'node:events'
import { join } from 'node:path'
import { type Progress, quantile } from '../guard/measured.ts'
import type { Row } from '../guard/row.ts'
import { type Firewall, firewalls, INSIDE, OUTSIDE, PORTS, say, walled } from './firewall.ts'

const SIZES = [1, 1000, 5000]
const SECONDS = 2
/** They take turns, so that what the machine does meanwhile befalls all alike. */
const TIMES = 5
const CPU = 0
/** Times UFW's. */
const AT_LEAST = 10
const PROGRAM = join(import.meta.dirname, 'send.py')

export async function packets(progress: Progress): Promise<Row[]> {
  progress('packets without a firewall')
  const none = await walled('rampart', 0, async (firewall) => {
    await say(firewall, 'disable')
    return judged(firewall)
  })
  const rows: Row[] = []
  for (const size of SIZES) {
    const found = new Map<string, Judged>()
    for (const name of firewalls()) {
      progress(`packets by ${size} rules of ${name}`)
      found.set(name, await walled(name, size, judged))
    }
    const [ours, theirs] = [found.get('rampart')!, found.get('ufw')]
    const isMost = size === SIZES.at(-1)
    const what = `new packets that pass ${size.toLocaleString('en')} denies`
    const note = `Without a firewall one CPU sends and takes in ${Math.round(none.perSecond).toLocaleString('en')} packets a second, ${none.us.toFixed(2)} µs each`
    const atLeast = isMost && theirs ? { atLeast: theirs.perSecond * AT_LEAST } : {}
    rows.push({
      what: `${what}: sent and judged by one CPU`,
      unit: 'packets/s',
      rampart: ours.perSecond,
      ufw: theirs?.perSecond,
      note,
      ...atLeast,
    })
    rows.push({ what: '  each, sending included', unit: 'µs CPU', rampart: ours.us, ufw: theirs?.us, note })
    rows.push({
      what: '  of which the firewall',
      unit: 'µs CPU',
      rampart: ours.us - none.us,
      ufw: theirs && theirs.us - none.us,
      note,
      ...(isMost && theirs ? { atMost: (theirs.us - none.us) / AT_LEAST } : {}),
    })
  }
  return rows
}

interface Judged {
  /** For each second of the CPU's time: what else runs on the machine does not count. */
  readonly perSecond: number
  /** Of CPU, for each packet. */
  readonly us: number
}

/** The median of several runs. */
async function judged({ host, outside }: Firewall): Promise<Judged> {
  const sink = host.start(['python3', PROGRAM, 'sink', String(PORTS.unnamed)])
  await once(sink.stdout!, 'data')
  const us: number[] = []
  for (let i = 0; i < TIMES; i++) {
    const before = await takenIn(host)
    const words = ['python3', PROGRAM, OUTSIDE, INSIDE, String(PORTS.unnamed), String(SECONDS), String(CPU)]
    const { cpu } = JSON.parse(await outside.must(words)) as { readonly cpu: number }
    const count = (await takenIn(host)) - before
    us.push((cpu / count) * 1e6)
  }
  sink.kill('SIGKILL')
  const each = quantile(us, 0.5)
  return { us: each, perSecond: 1e6 / each }
}

/** Packets of IPv4 that have come so far as to be judged. Source: RFC 1213, ipInReceives */
async function takenIn(host: Firewall['host']): Promise<number> {
  const [names, values] = (await host.must(['cat', '/proc/net/snmp']))
    .split('\n')
    .filter((line) => line.startsWith('Ip:'))
    .map((line) => line.split(' '))
  return Number(values![names!.indexOf('InReceives')])
}
