/**
 * The kernel's log of the lab: what the rules of its firewall log. Netfilter writes no line for a network namespace unless
 * the whole machine is told to (net.netfilter.nf_log_all_netns), which is no test's to do. So the kernel's own trace says
 * which packet came to a rule that logs, and was within its limit; the line is made of both, as nf_log_syslog makes it.
 */
import { once } from 'node:events'
import { join } from 'node:path'
import { ATTACKERS6, type Lab, ROOT, until } from './lab.ts'

/** Where packets go that the lab's firewall refuses: what goes to other ports is not traced. */
export const REFUSED_PORT = 1000
const TRACED = `table inet lab_log {
  chain traced {
    type filter hook prerouting priority -500
    tcp flags & (syn | ack) == syn tcp dport ${REFUSED_PORT} meta nftrace set 1
  }
}
`
/** Nobody's: it shows that the trace is heard, and spends one line of the rule's limit. */
const PROBE = `${ATTACKERS6}250::1`

/** @param hear takes each message, as the kernel has it: without time and host */
export async function kernelLog(lab: Lab, hear: (message: string) => void): Promise<void> {
  await lab.server.must(['nft', '-f', '-'], TRACED)
  const monitor = lab.server.start(['stdbuf', '-oL', 'nft', 'monitor', 'trace'])
  const packets = new Map<string, string>()
  let rest = ''
  let listens = false
  monitor.stdout!.on('data', (bytes) => {
    listens = true
    const lines = (rest + bytes).split('\n')
    rest = lines.pop()!
    for (const line of lines) {
      const [, id = '', said = ''] = /^trace id (\w+) inet \S+ \S+ (.*)/.exec(line) ?? []
      if (said.startsWith('packet: ')) packets.set(id, said)
      const prefix = /^rule .*log prefix "([^"]+)"/.exec(said)?.[1]
      const packet = packets.get(id)
      if (prefix !== undefined && packet !== undefined && !packet.includes(PROBE)) hear(prefix + printed(packet))
    }
  })
  await until(
    'the trace is heard',
    async () => {
      const probe = lab.connect(PROBE, REFUSED_PORT)
      await until('a packet of it', () => listens || probe.isOver, 1000).catch(() => {})
      await probe.close()
      return listens
    },
    60_000,
  )
}

/** `ip saddr 198.51.100.9 ip daddr 192.0.2.1 ...` as `SRC=198.51.100.9 DST=192.0.2.1 ...`. */
function printed(packet: string): string {
  const of = (name: string) => new RegExp(`\\b${name} "?([^\\s"]+)`).exec(packet)?.[1] ?? ''
  const number = (name: string) => Number(of(name))
  const isOld = packet.includes(' ip saddr ')
  const family = isOld ? 'ip' : 'ip6'
  const mac = `MAC=${of('ether daddr')}:${of('ether saddr')}:${isOld ? '08:00' : '86:dd'}`
  const ends = `SRC=${of(`${family} saddr`)} DST=${of(`${family} daddr`)}`
  const header = isOld
    ? `LEN=${of('ip length')} TOS=0x00 PREC=0x00 TTL=${of('ip ttl')} ID=${of('ip id')} DF`
    : `LEN=${number('ip6 length') + 40} TC=0 HOPLIMIT=${of('ip6 hoplimit')} FLOWLBL=${of('ip6 flowlabel')}`
  const tcp = `PROTO=TCP SPT=${of('tcp sport')} DPT=${of('tcp dport')} WINDOW=${of('tcp window')} RES=0x00 SYN URGP=0`
  return `IN=${of('iif')} OUT= ${mac} ${ends} ${header} ${tcp}`
}

/**
 * A /dev/kmsg of the lab's own: the machine's has the whole machine's messages, and takes none that would be the kernel's.
 * @returns what writes a record
 */
export async function kernelDevice({ server, folder }: Lab): Promise<(message: string) => void> {
  const pipe = join(folder, 'kmsg')
  await server.must(['sh', '-ec', `mkfifo -m 600 ${pipe}; mount --bind ${pipe} /dev/kmsg`])
  const device = server.start(['python3', join(ROOT, 'test/lab/kmsg.py'), pipe])
  await once(device.stdout!, 'data')
  return (message) => void device.stdin!.write(`${message}\n`)
}
