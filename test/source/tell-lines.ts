/** A program of the tests: follows patterns and prints what it reads and what it is told. `tell-lines.ts watch|poll PATTERN...` */
import { Source } from '../../src/source/source.ts'
import { realWorld } from '../../src/world/real.ts'

const [how, ...patterns] = process.argv.slice(2)
const buffer = new Uint8Array(1024 * 1024)
const say = (text: string) => void process.stdout.write(`${text}\n`)
setInterval(() => {}, 1000)
const source = new Source(realWorld(), {
  onState: (_log, { kind }) => say(kind),
  onFault: ({ code, message, hint = '' }) => say(`${code}: ${message} (${hint})`),
})
source.want(patterns.map((pattern) => ({ kind: 'file', pattern, start: 'end', poll: how === 'poll' })))
for (let chunk = await source.next(buffer); chunk; chunk = await source.next(buffer)) {
  process.stdout.write(chunk.bytes.slice())
}
