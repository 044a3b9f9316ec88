/** The moments at which addresses enter sets of a host's kernel. */
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Host } from '../../test/lab/host.ts'

const LISTENER = join(dirname(fileURLToPath(import.meta.url)), 'elements.py')

export interface Elements {
  /**
   * Milliseconds of the machine's monotonic clock at which an IPv4 address was in a set.
   * @throws Error if it is not within `withinMs`
   */
  entered(address: string, withinMs?: number): Promise<number>
  /**
   * The same moment for the last of so many addresses, whichever they are, counted from the beginning.
   * @throws Error if there are not so many within `withinMs`
   */
  crowd(count: number, withinMs?: number): Promise<number>
}

/** Ends with its host. */
export async function elements(host: Host): Promise<Elements> {
  const child = host.start(['python3', LISTENER])
  child.stderr!.on('data', (bytes) => process.stderr.write(bytes))
  const seen = new Map<string, number>()
  const waiting = new Map<string, (at: number) => void>()
  let last = 0
  const lines = createInterface({ input: child.stdout! })
  await new Promise<void>((resolve) => void lines.once('line', () => resolve()))
  lines.on('line', (line) => {
    const [ns = '', key = ''] = line.split(' ')
    const at = Number(BigInt(ns) / 1000n) / 1000
    if (!seen.has(key)) {
      seen.set(key, at)
      last = at
    }
    waiting.get(key)?.(at)
    waiting.delete(key)
  })
  return {
    entered(address, withinMs = 120_000) {
      const key = keyOf(address)
      const known = seen.get(key)
      if (known !== undefined) return Promise.resolve(known)
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`${address} is not banned within ${withinMs} ms`)), withinMs)
        waiting.set(key, (at) => {
          clearTimeout(timer)
          resolve(at)
        })
      })
    },
    async crowd(count, withinMs = 120_000) {
      const end = now() + withinMs
      while (seen.size < count) {
        if (now() > end) throw new Error(`${seen.size} of ${count} are banned within ${withinMs} ms`)
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
      return last
    },
  }
}

/** The same clock as the listener's. */
export function now(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000
}

function keyOf(address: string): string {
  return address
    .split('.')
    .map((part) => Number(part).toString(16).padStart(2, '0'))
    .join('')
}
