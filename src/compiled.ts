/**
 * Starts a program that V8 compiled when it was built (scripts/build.mjs). Of a runtime that was exchanged since V8 takes no
 * notice of that, and compiles anew: 10 ms.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { Script } from 'node:vm'

/** @param name of a file beside the one at `url` */
export function runCompiled(name: string, url: string): void {
  const program = fileURLToPath(new URL(name, url))
  // The bundler leaves nothing in it but ASCII.
  const text = readFileSync(program, 'latin1')
  const script = new Script(text, { filename: program, ...compiled(program) })
  // What it is in the bundle: a function of what a module has of itself.
  const run = script.runInThisContext() as (require: NodeJS.Require, url: string) => void
  run(createRequire(url), url)
}

function compiled(program: string): { readonly cachedData?: Buffer } {
  try {
    return { cachedData: readFileSync(`${program}.v8`) }
  } catch {
    return {}
  }
}
