/** Who is asked over Fail2ban's socket: the guard, and what can be changed of it while it runs. */
import type { Prepared } from '../../engine/life/prepare.ts'
import type { GuardLog } from '../../engine/log/guard-log.ts'
import type { World } from '../../world/world.ts'
import type { Asked } from '../command.ts'

export interface Fail2banAsked extends Asked {
  readonly world: World
  /** Folders of the configuration that holds, the stock one first. */
  folders(): readonly string[]
  /** What scripts read; absent where the guard writes none. */
  readonly log?: GuardLog | undefined
  /** What holds now. */
  prepared(): Prepared
  /** Until the next reload. @throws Fault */
  change(next: (before: Prepared) => Prepared): Promise<void>
}
