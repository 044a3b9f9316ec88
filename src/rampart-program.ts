/** What most of rampart's commands are made of, in one file; the rest is found in the main entry's parts. Begun by rampart.ts. */
import { rampart } from './cli/rampart/command.ts'
import { start } from './start.ts'

void start(new URL('main.mjs', import.meta.url).href, () => rampart)
