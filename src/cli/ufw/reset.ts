/** `ufw reset`: the rules are as those of a fresh host, what was there stands beside them; policies and log level stay. */
import { Fault } from '../../base/fault.ts'
import type { Replacement } from '../../config/ufw/exchange.ts'
import { underLock } from '../../config/ufw/open-ufw.ts'
import type { UfwPaths } from '../../config/ufw/paths.ts'
import { readUfw } from '../../config/ufw/read-ufw.ts'
import type { UfwState } from '../../config/ufw/state.ts'
import { stockFiles } from '../../config/ufw/stock.ts'
import type { World } from '../../world/world.ts'
import { isUnderSsh } from './ancestors.ts'
import { ask } from './ask.ts'
import type { Call } from './call.ts'
import { carry } from './carry.ts'
import type { Decision } from './decision.ts'

/** @returns the exit code @throws Fault `ufw.exists`, and as `carry` */
export async function reset(call: Call): Promise<number> {
  const { setting, paths, sentence } = call
  if (sentence.rollback !== undefined) {
    throw new Fault('ufw.no-rollback', 'a reset is not taken back by itself', {
      hint: 'it keeps what was there in files',
    })
  }
  if (!sentence.force && !(await ask(setting, question(call)))) {
    setting.terminal.out('Aborted\n')
    return 0
  }
  const stamp = printStamp(new Date(setting.world.clock.now()))
  if (sentence.dryRun) {
    const { state, warnings } = readUfw(setting.world, paths)
    call.warn(warnings)
    setting.terminal.out(decide(state, backupsOf(setting.world, paths, stamp)).dry)
    return 0
  }
  return underLock(setting.world, paths, async (ufw) => {
    call.warn(ufw.warnings)
    const backups = backupsOf(setting.world, paths, stamp)
    const decision = decide(ufw.state, backups)
    const more = [...backups.map(({ copy }) => copy), ...stockRules(paths)]
    await carry(call, { ...ufw, prepare: (next) => ufw.prepare(next, more) }, decision)
    setting.terminal.out(decision.told)
    return 0
  })
}

function question({ setting }: Call): string {
  const ssh = isUnderSsh(setting.world.files, setting.pid)
  const risk = ssh ? 'This may disrupt existing ssh\nconnections. ' : ''
  return `Resetting all rules to installed defaults. ${risk}Proceed with operation (y|n)? `
}

interface Backup {
  readonly name: string
  readonly copy: Replacement
}

/** Of the six files of rules, in UFW's order. @throws Fault `ufw.exists` */
function backupsOf({ files }: Pick<World, 'files'>, paths: UfwPaths, stamp: string): Backup[] {
  const { userRules, beforeRules, afterRules } = paths
  return ([4, 6] as const)
    .flatMap((family) => [userRules[family], beforeRules[family], afterRules[family]])
    .filter((path) => files.stat(path))
    .map((path) => {
      const to = `${path}.${stamp}`
      if (files.stat(to)) throw new Fault('ufw.exists', `'${to}' already exists. Aborting`, { at: { file: to } })
      return { name: nameOf(path), copy: { path: to, content: files.read(path, MAX_BYTES), mode: 0o640 } }
    })
}

/** As large as files of rules get. */
const MAX_BYTES = 128 * 1024 * 1024

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

function stockRules(paths: UfwPaths): Replacement[] {
  const isRules = (path: string) => path !== paths.conf && path !== paths.defaults
  return [...stockFiles(paths)]
    .filter(([path]) => isRules(path))
    .map(([path, content]) => ({ path, content, mode: 0o640 }))
}

function decide(state: UfwState, backups: readonly Backup[]): Decision {
  const lines = backups.map(({ name, copy }) => `Backing up '${name}' to '${copy.path}'\n`).join('')
  return {
    next: { ...state, enabled: false, rules: [] },
    kernel: state.enabled ? 'unload' : 'as it is',
    told: `${lines}\n`,
    dry: `${state.enabled ? '> running ufw-init\n' : ''}${lines}\n`,
  }
}

/** `20260731_235959`, local time. */
function printStamp(time: Date): string {
  const two = (value: number) => String(value).padStart(2, '0')
  const day = `${time.getFullYear()}${two(time.getMonth() + 1)}${two(time.getDate())}`
  return `${day}_${two(time.getHours())}${two(time.getMinutes())}${two(time.getSeconds())}`
}
