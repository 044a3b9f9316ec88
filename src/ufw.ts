/**
 * The entry of ufw: its program, which V8 compiled when it was built. Of a runtime that was exchanged since V8 takes no notice of
 * that, and compiles anew: 10 ms.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { Script } from 'node:vm'

const program = fileURLToPath(new URL('ufw-program.cjs', import.meta.url))

// The bundler leaves nothing in it but ASCII.
const text = readFileSync(program, 'latin1')
const script = new Script(text, { filename: program, ...compiled() })
// What it is in the bundle: a function of what a module has of itself (scripts/build.mjs).
const run = script.runInThisContext() as (require: NodeJS.Require, url: string) => void
run(createRequire(import.meta.url), import.meta.url)

function compiled(): { readonly cachedData?: Buffer } {
  try {
    return { cachedData: readFileSync(`${program}.v8`) }
  } catch {
    return {}
  }
}
