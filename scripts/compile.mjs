/**
 * Has V8 compile a program before it is started: `compile.mjs FILE` writes FILE.v8 beside it. Run by the runtime that will start
 * it: another one takes no notice of what this one compiled.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { Script } from 'node:vm'

const [file] = process.argv.slice(2)
// All of it, not only what a start asks for; flags that are other than at the start would make it void.
setFlagsFromString('--no-lazy')
const script = new Script(readFileSync(file, 'latin1'), { filename: file })
setFlagsFromString('--lazy')
writeFileSync(`${file}.v8`, script.createCachedData())
