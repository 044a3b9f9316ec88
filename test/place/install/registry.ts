/** A registry that speaks npm's API on loopback, with packages of data made for tests; and the faults that such a one has. */
import { createHash } from 'node:crypto'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { gzipSync } from 'node:zlib'

export interface Registry {
  url: string
  readonly asked: string[]
}

export interface RegistryOptions {
  readonly version?: string
  readonly tarball: Uint8Array
  /** In the place of the tarball's own. */
  readonly integrity?: string
  readonly metadata?: (registry: string) => unknown
  /** Answers in its place. */
  readonly instead?: (path: string, answer: ServerResponse) => boolean
}

export async function registry(t: TestContext, options: RegistryOptions): Promise<Registry> {
  const asked: string[] = []
  const server = createServer((request, answer) => {
    const path = request.url!
    asked.push(path)
    if (options.instead?.(path, answer)) return
    if (path.endsWith('.tgz')) answer.end(options.tarball)
    else answer.end(JSON.stringify(options.metadata?.(url) ?? metadata(url, options)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url, asked }
}

function metadata(url: string, { version = '2.3.2026070119', tarball, integrity }: RegistryOptions) {
  const sum = `sha512-${createHash('sha512').update(tarball).digest('base64')}`
  return {
    'dist-tags': { latest: version },
    versions: { [version]: { dist: { tarball: `${url}/data.tgz`, integrity: integrity ?? sum } } },
  }
}

/** As npm packs it: ustar, below `package/`. @param names of files, whole where they begin with a slash */
export function pack(files: Readonly<Record<string, string | Uint8Array>>, type = '0'): Uint8Array {
  const blocks = Object.entries(files).flatMap(([name, content]) => {
    const bytes = Buffer.from(content)
    return [
      head(name.startsWith('/') ? name.slice(1) : `package/${name}`, bytes.length, type),
      bytes,
      Buffer.alloc((512 - (bytes.length % 512)) % 512),
    ]
  })
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]))
}

function head(name: string, size: number, type: string): Buffer {
  const head = Buffer.alloc(512)
  head.write(name, 0, 100)
  head.write('000644 \0', 100)
  head.write(`${size.toString(8).padStart(11, '0')} `, 124)
  head.write('        ', 148)
  head.write(type, 156)
  head.write('ustar\x0000', 257)
  const sum = head.reduce((all, byte) => all + byte, 0)
  head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return head
}
