/** Packets that the firewall refused, as the kernel's log has them: nothing in them is a client's word but its sender's address. */
import { PEER } from './log-piece.ts'
import type { LogLine } from './nginx-lines.ts'

/** What nobody should be banned for. */
export const FORGED = 'a UDP packet, whose sender anyone can make up'

const PACKETS: readonly (readonly [what: string, visitor: boolean, rest: string])[] = [
  ['a scanner knocks at a closed port', false, 'PROTO=TCP SPT=50614 DPT=23 WINDOW=1024 RES=0x00 SYN URGP=0'],
  [
    'a late packet of a connection that is over',
    true,
    'PROTO=TCP SPT=50614 DPT=443 WINDOW=501 RES=0x00 ACK FIN URGP=0',
  ],
  [FORGED, false, 'PROTO=UDP SPT=53 DPT=1900 LEN=40'],
]

export const KERNEL_LINES: readonly LogLine[] = PACKETS.map(([what, visitor, rest]) => ({
  kind: 'kernel',
  what,
  visitor,
  level: undefined,
  slots: [],
  text: () =>
    `Nov 22 20:43:28 host kernel: [12345.678901] [UFW BLOCK] IN=eth0 OUT= MAC=52:54:00:12:34:56:52:54:00:65:43:21:08:00 SRC=${PEER} DST=198.51.100.7 LEN=60 TOS=0x00 PREC=0x00 TTL=53 ID=4711 DF ${rest}`,
}))
