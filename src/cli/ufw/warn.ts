/** Warnings, on stderr. */
import type { Call } from './call.ts'

/** @param warnings safe for a terminal */
export function warn({ setting }: Pick<Call, 'setting'>, warnings: readonly string[]): void {
  for (const warning of warnings) setting.terminal.err(`WARN: ${warning}\n`)
}
