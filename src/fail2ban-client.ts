/** The entry of fail2ban-client alone: scripts ask it in loops, and most answers need little of the program. */
import { fail2banClient } from './cli/fail2ban-client/fail2ban-client.ts'
import { start } from './start.ts'

await start(import.meta.url, () => fail2banClient)
