/** The entry: picks the face from the name it was called by. `main.mjs NAME WORD...` */
import { type Face, start } from './start.ts'

await start(import.meta.url, faceOf)

/** A command loads what it needs and no more. */
async function faceOf(name: string): Promise<Face> {
  switch (name) {
    case 'fail2ban-regex':
      return (await import('./cli/fail2ban-regex/fail2ban-regex.ts')).fail2banRegex
    case 'fail2ban-client':
      return (await import('./cli/fail2ban-client/fail2ban-client.ts')).fail2banClient
    case 'fail2ban-server':
      return (await import('./cli/fail2ban-server/fail2ban-server.ts')).fail2banServer
    case 'ufw':
      return (await import('./cli/ufw/ufw.ts')).ufw
    case 'ufw-heal':
      return (await import('./cli/ufw/heal.ts')).heal
    case 'ufw-init':
      return (await import('./cli/ufw/init.ts')).ufwInit
    case 'ufw-rollback':
      return (await import('./cli/ufw/rollback.ts')).rollBack
    default:
      return (await import('./cli/rampart/command.ts')).rampart
  }
}
