/** `rampart firewall history`: what the firewall was, and the command that made it so. */
import { listGenerations } from '../../../config/ufw/generations.ts'
import { clockTime, printJson, table } from '../../print.ts'
import type { Setting } from '../../setting.ts'
import { type Options, pathsOf } from './firewall-call.ts'

/** @returns the exit code @throws Fault `file.*` */
export function history({ world, terminal }: Setting, options: Options): number {
  const { generations, current } = listGenerations(world.files, pathsOf(options))
  if (options.json) {
    const list = generations.map((one) => ({ ...one, command: one.command ?? null, current: one.number === current }))
    terminal.out(printJson({ generations: list }))
    return 0
  }
  const rows = generations.map(({ number, at, command, enabled, rules }) => [
    { text: String(number), right: true },
    clockTime(at, world.clock.now()),
    enabled ? 'on' : 'off',
    { text: `${rules} ${rules === 1 ? 'rule' : 'rules'}`, right: true },
    `${command ?? '(found so: changed by another program or by hand)'}${number === current ? '  <- now' : ''}`,
  ])
  terminal.out(rows.length === 0 ? 'No change of the firewall is known yet\n' : table(terminal, rows))
  if (rows.length > 0 && current === undefined) terminal.out('Changed since by another program or by hand\n')
  return 0
}
