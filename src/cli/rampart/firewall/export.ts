/** `rampart firewall export`: a file that makes this firewall again, for `plan` and `apply`. */
import { readUfw } from '../../../config/ufw/read-ufw.ts'
import { printJson } from '../../print.ts'
import type { Setting } from '../../setting.ts'
import { ruleJson } from '../../ufw/status-json.ts'
import { type Options, pathsOf } from './firewall-call.ts'
import { wantedLines } from './print-wanted.ts'

/** @returns the exit code @throws Fault as `readUfw` */
export function exportFirewall({ world, terminal }: Setting, options: Options): number {
  const ufw = readUfw(world, pathsOf(options))
  const lines = wantedLines(ufw)
  terminal.out(
    options.json ? printJson({ lines, rules: ufw.state.rules.map(ruleJson) }) : `${HEAD}${lines.join('\n')}\n`,
  )
  return 0
}

const HEAD = `# The firewall, in the words of ufw. See what would change: rampart firewall plan FILE; make it so: rampart firewall apply FILE
`
