/** The entry of ufw. */
import { runCompiled } from './compiled.ts'

runCompiled('ufw-program.cjs', import.meta.url)
