/**
 * A program of the lab: many visitors at once, each with an address of its own. `crowd.ts HOST` takes lines of
 * `FROM PATH` on standard input, prints `FROM STATUS` for each, 0 where there was no answer within a second.
 */
import { request } from 'node:http'
import { createInterface } from 'node:readline'

const AT_ONCE = 16
const host = process.argv[2]!
const lines: string[] = []
for await (const line of createInterface({ input: process.stdin })) lines.push(line)

await Promise.all(Array.from({ length: AT_ONCE }, visitor))

async function visitor(): Promise<void> {
  for (let line = lines.pop(); line !== undefined; line = lines.pop()) {
    const [from, path] = line.split(' ') as [string, string]
    process.stdout.write(`${from} ${await visit(from, path)}\n`)
  }
}

function visit(localAddress: string, path: string): Promise<number> {
  return new Promise((resolve) => {
    const asked = request({ host, path, localAddress, agent: false, timeout: 1000 }, (response) => {
      response.resume()
      response.on('close', () => resolve(response.statusCode!))
    })
    asked.on('timeout', () => asked.destroy())
    asked.on('error', () => resolve(0))
    asked.end()
  })
}
