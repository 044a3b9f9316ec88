/** The entry of fail2ban-client. */
import { runCompiled } from './compiled.ts'

runCompiled('fail2ban-client-program.cjs', import.meta.url)
