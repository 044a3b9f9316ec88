/** UFW's files in a folder of their own. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type UfwPaths, ufwPaths } from '../../../src/config/ufw/paths.ts'

const roots: string[] = []
process.on('exit', () => {
  for (const root of roots) rmSync(root, { recursive: true, force: true })
})

export function ufwFolder(): { readonly root: string; readonly paths: UfwPaths } {
  const root = mkdtempSync(join(tmpdir(), 'rampart-ufw-'))
  roots.push(root)
  return { root, paths: { ...ufwPaths(root), lock: join(root, 'ufw.lock') } }
}

/** As a fresh UFW has it, without its comments. */
export const DEFAULTS = `IPV6=yes
DEFAULT_INPUT_POLICY="DROP"
DEFAULT_OUTPUT_POLICY="ACCEPT"
DEFAULT_FORWARD_POLICY="DROP"
DEFAULT_APPLICATION_POLICY="SKIP"
MANAGE_BUILTINS=no
`
