/**
 * The entry of the reader's process: `reader.mjs UID GID[,GID...] [careful SUSPECTS LEFT_OUT]`. It gives up root before it has
 * read one byte of a log, for good: setuid from root clears every capability. The core's orders come on standard input,
 * its reports go out on standard output; it ends when the core does.
 */
import type { Care } from './engine/reader/carefully.ts'
import { read } from './engine/reader/reader.ts'
import type { Begins, Checked, Head, Order, Report } from './engine/reader/report.ts'
import { deframer, type Frame, messageFrame } from './engine/reader/wire.ts'
import type { Chunk } from './source/chunk.ts'
import { realWorld } from './world/real.ts'

giveUpRights(process.argv[2], process.argv[3])
// The core decides when this ends: Ctrl-C in a terminal reaches the whole group, and so does the terminal's end.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => {})
process.on('SIGHUP', () => {})
process.stdout.on('error', () => process.exit(0))

const [, , , , careful, suspects = '', leftOut = ''] = process.argv
const world = realWorld()
const reader = read(world, { tell, fed: true, care: careful === 'careful' ? careOf() : undefined })
let fed: Promise<unknown> = Promise.resolve()

const feed = deframer((frame: Frame) => {
  if (frame.kind === 'message') {
    obey(frame.message as Order)
    return
  }
  const { live, ...head } = frame.head as Head
  const chunk: Chunk = { ...head, bytes: frame.bytes }
  process.stdin.pause()
  fed = fed.then(() => reader.feed(chunk, live)).then(() => process.stdin.resume())
})
process.stdin.on('data', (bytes: Buffer) => feed(bytes))
// While a piece of a log is taken in, standard input rests, and nothing else here keeps a process alive.
setInterval(() => {}, 2 ** 30)
process.stdin.on('end', () => {
  reader.stop()
  void reader.done.then(() => process.exit(0))
})

function obey({ kind, plan }: Order): void {
  if (kind === 'use') reader.use(plan)
  else {
    const faults = reader.check(plan).map(({ jail, fault: { code, message, hint, at } }) => {
      return { jail, code, message, hint, at }
    })
    void tell({ kind: 'checked', faults })
  }
}

function careOf(): (log: string) => Care {
  const known = { suspects: new Set(suspects.split(',')), leftOut: new Set(leftOut.split(',')) }
  return (log) => ({
    ...known,
    digest: world.digest.sha1,
    begins: (digest, isLine) => void tell({ kind: 'begins', log, digest, isLine }),
  })
}

function tell(report: Report | Checked | Begins): Promise<void> {
  if (process.stdout.write(messageFrame(report))) return Promise.resolve()
  return new Promise((resolve) => process.stdout.once('drain', resolve))
}

function giveUpRights(uid: string | undefined, gids: string | undefined): void {
  if (process.getuid?.() !== 0 || uid === undefined || gids === undefined) return
  const groups = gids.split(',').map(Number)
  process.setgroups!(groups)
  process.setgid!(groups[0]!)
  process.setuid!(Number(uid))
  process.chdir('/')
  process.umask(0o077)
}
