/** The entry of ufw alone, in one file: a command of 80 ms does not spend ten of them on putting its parts together. */

import { ufw } from './cli/ufw/ufw.ts'
import { start } from './start.ts'

await start(import.meta.url, async (name) => {
  switch (name) {
    case 'ufw-init':
      return (await import('./cli/ufw/init.ts')).ufwInit
    case 'ufw-rollback':
      return (await import('./cli/ufw/rollback.ts')).rollBack
    default:
      return ufw
  }
})
