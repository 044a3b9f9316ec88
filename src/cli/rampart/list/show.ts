/** `rampart list` and `rampart list show NAME`: which lists there are, and what is in one. */
import { asFault } from '../../../base/fault.ts'
import { listNames, readStored, type StoredList } from '../../../config/list/list-file.ts'
import { readUfw } from '../../../config/ufw/read-ufw.ts'
import { sizeOf, textsOf } from '../../../firewall/list/address-list.ts'
import { clockTime, printFault, printJson, table } from '../../print.ts'
import type { Setting } from '../../setting.ts'
import { absent, checkName, counted, type ListOptions, pathsOf, usesOf } from './list-call.ts'

/** @returns the exit code: 1 where one of them cannot be read @throws Fault as `readUfw` */
export function listLists(setting: Setting, options: ListOptions): number {
  const { world, terminal } = setting
  const paths = pathsOf(options)
  const { rules } = readUfw(world, paths).state
  const lists: StoredList[] = []
  let code = 0
  for (const name of listNames(world.files, paths)) {
    try {
      const list = readStored(world, paths, name)
      if (list) lists.push(list)
    } catch (thrown) {
      terminal.err(`rampart: ${printFault(asFault(thrown, 'list.damaged'))}`)
      code = 1
    }
  }
  if (options.json) {
    terminal.out(printJson({ lists: lists.map((list) => ({ ...asJson(list), rules: usesOf(rules, list.name) })) }))
    return code
  }
  const rows = lists.map((list) => [
    list.name,
    { text: sizeOf(list).toLocaleString('en'), right: true },
    `IPv4 ${sizeOf(list, 4).toLocaleString('en')}, IPv6 ${sizeOf(list, 6).toLocaleString('en')}`,
    counted(usesOf(rules, list.name).length, 'rule'),
    clockTime(list.at, world.clock.now()),
    list.from,
  ])
  terminal.out(rows.length === 0 ? 'There are no lists. Make one: rampart list add NAME FILE\n' : table(terminal, rows))
  return code
}

/** Lines that are printed at once. */
const LINES = 10_000

/** A line each, as `rampart list add` reads them. @returns the exit code @throws Fault `list.absent`, `list.damaged`, `file.*` */
export function showList({ world, terminal }: Setting, name: string, options: ListOptions): number {
  checkName(name)
  const list = readStored(world, pathsOf(options), name)
  if (!list) throw absent(name)
  if (options.json) {
    terminal.out(printJson({ ...asJson(list), networks: [...textsOf(list.layers())] }))
    return 0
  }
  let lines: string[] = []
  for (const text of textsOf(list.layers())) {
    if (lines.push(`${text}\n`) < LINES) continue
    terminal.out(lines.join(''))
    lines = []
  }
  terminal.out(lines.join(''))
  return 0
}

function asJson(list: StoredList) {
  return {
    name: list.name,
    entries: sizeOf(list),
    ipv4: sizeOf(list, 4),
    ipv6: sizeOf(list, 6),
    changed: list.at,
    from: list.from,
  }
}
