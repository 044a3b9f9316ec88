/** By which interface this host talks to an address. */
import { contains, type Network, parseNetwork } from '../../base/address.ts'
import type { Files } from '../../world/files.ts'

/** undefined: no route leads there, or rules of routing that are not looked at. */
export function interfaceTo(files: Files, address: Network): string | undefined {
  const routes = address.family === 4 ? routes4(files) : routes6(files)
  return routes
    .filter(({ network }) => contains(network, address))
    .sort((a, b) => b.network.prefix - a.network.prefix || a.metric - b.metric)[0]?.name
}

interface Route {
  readonly network: Network
  readonly metric: number
  readonly name: string
}

/** Source: proc(5), /proc/net/route: numbers as a little-endian machine has them. */
function routes4(files: Files): Route[] {
  return rowsOf(files, '/proc/self/net/route').flatMap(([name = '', to = '', , flags, , , metric, mask = '']) => {
    if (!/^[0-9A-F]{8}$/.test(to) || !/^[0-9A-F]{8}$/.test(mask) || isDown(flags)) return []
    const prefix = Number.parseInt(mask, 16).toString(2).replaceAll('0', '').length
    const address = to
      .match(/../g)!
      .reverse()
      .map((byte) => Number.parseInt(byte, 16))
    return routeOf(`${address.join('.')}/${prefix}`, Number(metric), name)
  })
}

/** Source: linux/net/ipv6/route.c, rt6_info_route. */
function routes6(files: Files): Route[] {
  return rowsOf(files, '/proc/self/net/ipv6_route').flatMap((words) => {
    const [to = '', prefix = '', , , , metric = '', , , flags, name = ''] = words
    if (!/^[0-9a-f]{32}$/.test(to) || isDown(flags)) return []
    const address = to.match(/.{4}/g)!.join(':')
    return routeOf(`${address}/${Number.parseInt(prefix, 16)}`, Number.parseInt(metric, 16), name)
  })
}

function routeOf(text: string, metric: number, name: string): Route[] {
  const network = parseNetwork(text)
  return network ? [{ network, metric, name }] : []
}

/** Not up, or a refusal. Source: linux/route.h, RTF_UP, RTF_REJECT. */
function isDown(flags = '0'): boolean {
  const bits = Number.parseInt(flags, 16)
  return (bits & 0x1) === 0 || (bits & 0x200) !== 0
}

function rowsOf(files: Files, path: string): string[][] {
  try {
    return files
      .text(path)
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
  } catch {
    return []
  }
}
