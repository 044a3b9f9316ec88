/** The entry of rampart, but for the guard itself: what stays for months has no use for a fast start. */
import { runCompiled } from './compiled.ts'

runCompiled('rampart-program.cjs', import.meta.url)
