/** Logs that gzip packed, as what they were: told by their first bytes, not by their name. */
import type { Files } from '../world/files.ts'

/** No text begins as gzip does. */
export function isPacked(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b
}

/** The bytes as they come, unpacked if need be. @throws Fault `file.packed`, as it goes on */
export async function* unpacked(input: AsyncIterable<Uint8Array>, gunzip: Files['gunzip']): AsyncIterable<Uint8Array> {
  const chunks = input[Symbol.asyncIterator]()
  const head = await chunks.next()
  if (head.done) return
  const whole = again(head.value, chunks)
  yield* isPacked(head.value) ? gunzip(copies(whole)) : whole
}

/** The stream looks at them when it likes; their buffer may be used again by then. */
async function* copies(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  for await (const chunk of chunks) yield chunk.slice()
}

async function* again(head: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncIterable<Uint8Array> {
  yield head
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value
}
