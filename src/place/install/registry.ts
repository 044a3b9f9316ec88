/**
 * Packages of data from npm's registry: what the latest is, and its tarball, of which not a byte is used before its sum is
 * what the registry says. Source: the registry's API, package metadata (abbreviated) and `dist.integrity`.
 */
import { Fault } from '../../base/fault.ts'
import type { Web, WebAnswer } from '../../world/web.ts'
import type { World } from '../../world/world.ts'

export const NPM = 'https://registry.npmjs.org'

export interface Release {
  readonly version: string
  readonly tarball: string
  /** SHA-512 as base64. */
  readonly sum: string
}

const METADATA_BYTES = 16 * 1024 * 1024
const METADATA_MS = 30_000
/** Of 61 MB: at a hundredth of what a server has, an hour. */
const TARBALL_MS = 3_600_000
const SILENCE_MS = 30_000
const TARBALL_BYTES = 512 * 1024 * 1024
const REDIRECTS = 3

/** @throws Fault `place.registry`, `place.url`, `web.*` */
export async function latest(web: Web, registry: string, name: string): Promise<Release> {
  const base = registry.replace(/\/+$/, '')
  const url = `${base}/${name.replace('/', '%2f')}`
  const answer = await get(web, url, {
    timeoutMs: METADATA_MS,
    headers: { accept: 'application/vnd.npm.install-v1+json, application/json' },
  })
  const text = new TextDecoder().decode(await whole(answer, METADATA_BYTES))
  try {
    const metadata = JSON.parse(text)
    const version = String(metadata['dist-tags'].latest)
    const { tarball, integrity } = metadata.versions[version].dist
    const sum = /(?:^|\s)sha512-([A-Za-z0-9+/]{86}==)(?:\s|$)/.exec(String(integrity))?.[1]
    if (sum !== undefined && typeof tarball === 'string') return { version, tarball, sum }
  } catch {}
  throw new Fault('place.registry', `${base} does not say which ${name} is the latest, with its SHA-512`)
}

/**
 * Into a file of this name, which nobody reads yet.
 * @throws Fault `place.integrity`, `place.registry`, `web.*`, `file.*`
 */
export async function download(
  { web, files, digest }: Pick<World, 'web' | 'files' | 'digest'>,
  { tarball, sum }: Release,
  path: string,
  onProgress: (bytes: number, of: number | undefined) => void,
): Promise<void> {
  const answer = await get(web, tarball, { timeoutMs: TARBALL_MS, silenceMs: SILENCE_MS })
  const length = Number(answer.header('content-length') ?? Number.NaN)
  const target = files.append(path, 0o600)
  const hash = digest.sha512()
  let bytes = 0
  try {
    for await (const piece of answer.body) {
      bytes += piece.length
      if (bytes > TARBALL_BYTES) throw new Fault('place.registry', `${tarball} is larger than any data of places`)
      hash.add(piece)
      target.write(piece)
      onProgress(bytes, Number.isNaN(length) ? undefined : length)
    }
  } finally {
    answer.drop()
    target.close()
  }
  if (hash.base64() !== sum)
    throw new Fault('place.integrity', `${tarball} is not what the registry says it is: its SHA-512 is another`, {
      hint: 'nothing was changed; try again, or another registry (--registry)',
    })
}

/** Follows where a registry keeps its tarballs; never from HTTPS to what others can change on its way. */
async function get(
  web: Web,
  url: string,
  options: { readonly timeoutMs: number; readonly silenceMs?: number; readonly headers?: Record<string, string> },
): Promise<WebAnswer> {
  let next = safe(url)
  for (let turn = 0; turn <= REDIRECTS; turn++) {
    const answer = await web.ask({ url: next, ...options, headers: { 'user-agent': 'rampart', ...options.headers } })
    if (answer.status === 200) return answer
    answer.drop()
    const location = answer.header('location')
    if (answer.status < 300 || answer.status > 399 || location === undefined || !URL.canParse(location, next))
      throw new Fault('place.registry', `${next} answers ${answer.status}`)
    next = safe(new URL(location, next).href, next)
  }
  throw new Fault('place.registry', `${url} leads from one place to the next`)
}

/** HTTP for this host alone. */
function safe(url: string, from = url): string {
  const { protocol, hostname } = URL.canParse(url) ? new URL(url) : { protocol: '', hostname: '' }
  const isNear = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname)
  if (protocol === 'https:' || (protocol === 'http:' && isNear && from.startsWith('http:'))) return url
  throw new Fault('place.url', `${url} is no address of a registry that can be trusted on its way`, {
    hint: 'https://HOST/PATH',
  })
}

async function whole(answer: WebAnswer, maxBytes: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  let size = 0
  for await (const piece of answer.body) {
    size += piece.length
    if (size > maxBytes) {
      answer.drop()
      throw new Fault('place.registry', 'what the registry says of the package is far too long')
    }
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}
