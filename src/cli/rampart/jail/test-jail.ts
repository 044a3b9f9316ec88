/** `rampart jail test`: a jail over logs as they are, its own or others; whom it would have banned, and nobody is. */
import { asFault } from '../../../base/fault.ts'
import { printFault, printJson } from '../../print.ts'
import type { Setting } from '../../setting.ts'
import { isFolder } from '../folders.ts'
import { printTested } from './print-tested.ts'
import { tryJail } from './try-jail.ts'

export interface TestOptions {
  readonly all?: boolean
  readonly json?: boolean
  readonly config: readonly string[]
}

/**
 * @param optional folders of the configuration that need not be there
 * @returns 0 if a line matched, 1 if none did, 2 if it could not be tried
 */
export async function testJail(
  setting: Setting,
  [name, given]: readonly [string, readonly string[]],
  options: TestOptions,
  optional: readonly string[],
): Promise<number> {
  const { terminal } = setting
  try {
    const folders = options.config.filter((folder) => isFolder(setting, folder, optional))
    const tested = await tryJail(setting, [setting.stockFolder, ...folders], [name, given])
    terminal.out(
      options.json
        ? printJson(tested)
        : printTested(terminal, tested, { all: options.all === true, now: setting.world.clock.now() }),
    )
    return tested.logs.some(({ failures }) => failures > 0) ? 0 : 1
  } catch (thrown) {
    terminal.err(`rampart: ${printFault(asFault(thrown, 'jail.failed'))}`)
    return 2
  }
}
