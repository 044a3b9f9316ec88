/** All of ufw, in one file: a command of 80 ms does not spend ten of them on putting its parts together. Begun by ufw.ts. */

import { ufw } from './cli/ufw/ufw.ts'
import { start } from './start.ts'

void start(import.meta.url, async (name) => {
  switch (name) {
    case 'ufw-init':
      return (await import('./cli/ufw/init.ts')).ufwInit
    case 'ufw-rollback':
      return (await import('./cli/ufw/rollback.ts')).rollBack
    default:
      return ufw
  }
})
