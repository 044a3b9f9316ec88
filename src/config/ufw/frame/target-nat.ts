/** Targets that rewrite addresses. Source: iptables-extensions(8), DNAT, SNAT, MASQUERADE, REDIRECT. */
import { parseAddress } from '../../../base/address.ts'
import { Fault } from '../../../base/fault.ts'
import { printRange, type Range, readPorts, readRange } from './numbers.ts'
import { cannot, type Given, options, type Scope, type Target } from './option.ts'
import { WITH_PORTS } from './protocols.ts'

const FLAGS = ['random', 'random-fully', 'persistent']

const redirect: Target = {
  options: options('to-ports PORTS', 'random'),
  tables: ['nat'],
  compile: (given, scope) => {
    const to = given.has('to-ports') ? ` to :${portsTo(given, scope)}` : ''
    return `${to === '' ? '' : transport(scope)}redirect${to}${flags(given)}`
  },
}

const masquerade: Target = {
  options: options('to-ports PORTS', 'random', 'random-fully'),
  tables: ['nat'],
  compile: (given, scope) => {
    const to = given.has('to-ports') ? ` to :${portsTo(given, scope)}` : ''
    return `${to === '' ? '' : transport(scope)}masquerade${to}${flags(given)}`
  },
}

function translation(kind: 'dnat' | 'snat', name: string): Target {
  return {
    options: options(`${name} ADDRESS`, 'random', 'random-fully', 'persistent'),
    tables: ['nat'],
    compile: (given, scope) => {
      given.must(name)
      const { text, hasPorts } = destination(given, name, scope)
      // Without an address nft takes no family.
      const family = text.startsWith(':') ? '' : scope.family === 4 ? ' ip' : ' ip6'
      return `${hasPorts ? transport(scope) : ''}${kind}${family} to ${text}${flags(given)}`
    },
  }
}

export const NAT: readonly (readonly [string, Target])[] = [
  ['REDIRECT', redirect],
  ['MASQUERADE', masquerade],
  ['DNAT', translation('dnat', 'to-destination')],
  ['SNAT', translation('snat', 'to-source')],
]

function flags(given: Given): string {
  const found = FLAGS.filter((name) => given.has(name)).map((name) => (name === 'random-fully' ? 'fully-random' : name))
  return found.length === 0 ? '' : ` ${found.join(',')}`
}

function portsTo(given: Given, scope: Scope): string {
  needsPorts(scope)
  const range = readRange(given.value('to-ports')!, 65535, '-', (word) => readPorts(word, scope.names.services)?.from)
  if (!range || range.from === 0) throw given.bad('to-ports', 'is no port or range of ports', 'write 8080 or 8080-8090')
  return printRange(range)
}

/** nft wants to be told in the same rule, which may be one of a chain of its own. */
function transport({ protocol }: Scope): string {
  return `meta l4proto ${protocol!.number} `
}

function needsPorts(scope: Scope): void {
  const { protocol, at } = scope
  if (protocol && !protocol.not && WITH_PORTS.has(protocol.number)) return
  throw new Fault('frame.protocol', 'a translation to ports needs a protocol with ports', {
    at,
    hint: 'write -p tcp or -p udp before it',
  })
}

/** `10.0.0.1`, `10.0.0.1-10.0.0.9:80-90`, `:8080`; for IPv6 an address with a port stands in brackets. */
function destination(given: Given, name: string, scope: Scope): { readonly text: string; readonly hasPorts: boolean } {
  const text = given.value(name)!
  const { addresses, ports } = scope.family === 4 ? parts4(text) : parts6(text)
  const [from, to] = addresses.split('-').map((word) => parseAddress(word))
  const isRange = addresses.includes('-')
  const hint = scope.family === 4 ? 'write 10.0.0.2 or 10.0.0.2:8080' : 'write fd00::2 or [fd00::2]:8080'
  if (addresses === '' && ports !== undefined) {
    return { text: `:${printRange(portRange(given, name, ports, scope, hint)!)}`, hasPorts: true }
  }
  if (from?.family !== scope.family || (isRange && to?.family !== scope.family) || addresses.split('-').length > 2) {
    throw given.bad(name, `is no address of IPv${scope.family}`, hint)
  }
  if (to && from.bits > to.bits) throw given.bad(name, 'the first address comes behind the last')
  const range = portRange(given, name, ports, scope, hint)
  const wrap = (address: string) => (scope.family === 6 && range ? `[${address}]` : address)
  const address = to && isRange ? `${wrap(from.text)}-${wrap(to.text)}` : wrap(from.text)
  return { text: range ? `${address}:${printRange(range)}` : address, hasPorts: range !== undefined }
}

interface Parts {
  readonly addresses: string
  readonly ports: string | undefined
}

function parts4(text: string): Parts {
  const colon = text.indexOf(':')
  return colon < 0
    ? { addresses: text, ports: undefined }
    : { addresses: text.slice(0, colon), ports: text.slice(colon + 1) }
}

function parts6(text: string): Parts {
  const bracketed = /^\[([^\]]*)\](?:-\[([^\]]*)\])?(?::(.*))?$/s.exec(text)
  if (!bracketed) return { addresses: text, ports: undefined }
  const [, first = '', last, ports] = bracketed
  return { addresses: last === undefined ? first : `${first}-${last}`, ports }
}

function portRange(
  given: Given,
  name: string,
  text: string | undefined,
  scope: Scope,
  hint: string,
): Range | undefined {
  if (text === undefined) return undefined
  needsPorts(scope)
  if (text.includes('/')) throw cannot(`--${name} with a base port`, scope.at, 'write a rule for each port')
  const range = readRange(text, 65535, '-', (word) => readPorts(word, scope.names.services)?.from)
  if (!range || range.from === 0) throw given.bad(name, 'its ports are none', hint)
  return range
}
