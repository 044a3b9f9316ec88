/**
 * fail2ban-client alone: scripts ask it in loops, and most answers need little of the program. What else it starts is found in
 * the main entry's parts. Begun by fail2ban-client.ts.
 */
import { fail2banClient } from './cli/fail2ban-client/fail2ban-client.ts'
import { start } from './start.ts'

void start(new URL('main.mjs', import.meta.url).href, () => fail2banClient)
