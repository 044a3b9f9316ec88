/** The match `addrtype`: what kind an address is, by the routes of this host. Source: iptables-extensions(8); xt_addrtype. */
import { type Given, type Module, options, type Piece } from './option.ts'

export const addrtype: Module = {
  options: options('!src-type TYPES', '!dst-type TYPES', 'limit-iface-in', 'limit-iface-out'),
  compile: (given, scope) => {
    const by = given.has('limit-iface-in') ? ' . iif' : given.has('limit-iface-out') ? ' . oif' : ''
    return (['src', 'dst'] as const).flatMap((side): Piece[] => {
      const option = given.get(`${side}-type`)
      if (!option) return []
      const field = side === 'src' ? 'saddr' : 'daddr'
      const types = addressTypes(given, `${side}-type`, scope.family)
      const match = scope.family === 4 ? [fibType(field + by, types)] : types6(field, by, types)
      return option.not ? [{ unless: match.join(' ') }] : match
    })
  },
}

/** By family: what the kernel says of an address of it. */
const TYPES: Readonly<Record<4 | 6, readonly string[]>> = {
  4: ['unicast', 'local', 'broadcast', 'anycast', 'multicast', 'blackhole', 'unreachable', 'prohibit'],
  6: ['unspec', 'unicast', 'local', 'anycast', 'multicast', 'unreachable'],
}

function addressTypes(given: Given, name: string, family: 4 | 6): string[] {
  const types = given.value(name)!.toLowerCase().split(',')
  const wrong = types.find((type) => !TYPES[family].includes(type))
  if (wrong !== undefined)
    throw given.bad(name, `"${wrong}" is no type of IPv${family}`, `there are ${TYPES[family].join(', ')}`)
  return [...new Set(types)]
}

function fibType(key: string, types: readonly string[]): string {
  return `fib ${key} type ${types.length === 1 ? types[0] : `{ ${types.join(', ')} }`}`
}

/**
 * Unlike in IPv4 all that are named must be so, but one of those that the routes tell; and the address itself says whether
 * it is one of many or of one. Source: xt_addrtype, match_type6.
 */
function types6(field: string, by: string, types: readonly string[]): string[] {
  const told = types.filter((type) => type === 'local' || type === 'anycast' || type === 'unreachable')
  return [
    ...(types.includes('multicast') ? [`ip6 ${field} ff00::/8`] : []),
    ...(types.includes('unicast') ? [`ip6 ${field} != { ::, ::ffff:0:0/96, ff00::/8 }`] : []),
    ...(types.includes('unspec') ? [`ip6 ${field} ::`] : []),
    ...(told.length > 0 ? [fibType(field + by, told)] : []),
  ]
}
