/** Types of ICMP as iptables names them. Source: `iptables -p icmp -h`, `ip6tables -p icmpv6 -h`; numbers: IANA. */
import { readNumber } from './numbers.ts'

export interface IcmpType {
  readonly type: number
  /** undefined: any. */
  readonly code: number | undefined
}

/** @returns 'any'; undefined for what names none */
export function icmpType(text: string, family: 4 | 6): IcmpType | 'any' | undefined {
  const numbers = /^(\w+)(?:\/(\w+))?$/.exec(text)
  const type = readNumber(numbers?.[1] ?? '', 255)
  if (numbers && type !== undefined) {
    const code = numbers[2] === undefined ? undefined : readNumber(numbers[2], 255)
    if (code === undefined && numbers[2] !== undefined) return undefined
    return family === 4 && type === 255 && code === undefined ? 'any' : { type, code }
  }
  const word = text.toLowerCase()
  const names = family === 4 ? NAMES4 : NAMES6
  const found = names.get(word) ?? onlyOne([...names].filter(([name]) => name.startsWith(word)))
  if (found === undefined) return undefined
  const [major, code] = found
  return major < 0 ? 'any' : { type: major, code }
}

type Numbers = readonly [type: number, code?: number]

/** Iptables takes the beginning of a name for the name if no other begins so. */
function onlyOne(found: readonly (readonly [string, Numbers])[]): Numbers | undefined {
  return found.length === 1 ? found[0]![1] : undefined
}

const NAMES4: ReadonlyMap<string, Numbers> = new Map([
  ['any', [-1]],
  ['echo-reply', [0]],
  ['pong', [0]],
  ['destination-unreachable', [3]],
  ['network-unreachable', [3, 0]],
  ['host-unreachable', [3, 1]],
  ['protocol-unreachable', [3, 2]],
  ['port-unreachable', [3, 3]],
  ['fragmentation-needed', [3, 4]],
  ['source-route-failed', [3, 5]],
  ['network-unknown', [3, 6]],
  ['host-unknown', [3, 7]],
  ['network-prohibited', [3, 9]],
  ['host-prohibited', [3, 10]],
  ['tos-network-unreachable', [3, 11]],
  ['tos-host-unreachable', [3, 12]],
  ['communication-prohibited', [3, 13]],
  ['host-precedence-violation', [3, 14]],
  ['precedence-cutoff', [3, 15]],
  ['source-quench', [4]],
  ['redirect', [5]],
  ['network-redirect', [5, 0]],
  ['host-redirect', [5, 1]],
  ['tos-network-redirect', [5, 2]],
  ['tos-host-redirect', [5, 3]],
  ['echo-request', [8]],
  ['ping', [8]],
  ['router-advertisement', [9]],
  ['router-solicitation', [10]],
  ['time-exceeded', [11]],
  ['ttl-exceeded', [11]],
  ['ttl-zero-during-transit', [11, 0]],
  ['ttl-zero-during-reassembly', [11, 1]],
  ['parameter-problem', [12]],
  ['ip-header-bad', [12, 0]],
  ['required-option-missing', [12, 1]],
  ['timestamp-request', [13]],
  ['timestamp-reply', [14]],
  ['address-mask-request', [17]],
  ['address-mask-reply', [18]],
] satisfies [string, Numbers][])

const NAMES6: ReadonlyMap<string, Numbers> = new Map([
  ['destination-unreachable', [1]],
  ['no-route', [1, 0]],
  ['communication-prohibited', [1, 1]],
  ['beyond-scope', [1, 2]],
  ['address-unreachable', [1, 3]],
  ['port-unreachable', [1, 4]],
  ['failed-policy', [1, 5]],
  ['reject-route', [1, 6]],
  ['packet-too-big', [2]],
  ['time-exceeded', [3]],
  ['ttl-exceeded', [3]],
  ['ttl-zero-during-transit', [3, 0]],
  ['ttl-zero-during-reassembly', [3, 1]],
  ['parameter-problem', [4]],
  ['bad-header', [4, 0]],
  ['unknown-header-type', [4, 1]],
  ['unknown-option', [4, 2]],
  ['echo-request', [128]],
  ['ping', [128]],
  ['echo-reply', [129]],
  ['pong', [129]],
  ['mld-listener-query', [130]],
  ['mld-listener-report', [131]],
  ['mld-listener-done', [132]],
  ['mld-listener-reduction', [132]],
  ['router-solicitation', [133]],
  ['router-advertisement', [134]],
  ['neighbour-solicitation', [135]],
  ['neighbor-solicitation', [135]],
  ['neighbour-advertisement', [136]],
  ['neighbor-advertisement', [136]],
  ['redirect', [137]],
] satisfies [string, Numbers][])
