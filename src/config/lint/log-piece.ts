/**
 * The form of a log's lines, piece by piece: what always stands there, what the program writes, what a client writes. From
 * it come lines as they are and an expression of all lines there can be.
 */
import type { AccessLog } from './nginx-writes.ts'

export interface Piece {
  /** One text that may stand there. */
  readonly text: string
  /** All of them, as an expression without counted repeats. */
  readonly source: string
  /** A client chooses what stands here. */
  readonly tainted: boolean
}

/** What is put into a line in the place of the ordinary. */
export interface Filling {
  readonly address?: string
  readonly user?: string
  readonly request?: string
  readonly status?: string
  readonly referrer?: string
  readonly agent?: string
}

/** Documentation addresses: who really connected, and whom an attacker would have banned. */
export const PEER = '203.0.113.9'
export const VICTIM = '192.0.2.66'

const BROWSER = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0'

/** The pieces of an access log's line; undefined if its format is not known. */
export function accessPieces({ format, escaping }: AccessLog, filling: Filling = {}): readonly Piece[] | undefined {
  if (format === undefined) return undefined
  return format
    .split(/(\$\{\w+\}|\$\w+)/)
    .filter((part) => part !== '')
    .map((part) => (part.startsWith('$') ? variable(part.replace(/[${}]/g, ''), filling, escaping) : fixed(part)))
}

function fixed(text: string): Piece {
  return { text, source: text.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&'), tainted: false }
}

const ADDRESS = String.raw`[\da-fA-F:.]+`
/** nginx writes quotes, backslashes and control characters as \xNN. */
const ESCAPED = String.raw`[^"\x00-\x1f]*`

/** Source: the variables of ngx_http_core_module and ngx_http_log_module. */
function variable(name: string, filling: Filling, escaping: AccessLog['escaping']): Piece {
  const own = (text: string, source: string): Piece => ({ text, source, tainted: false })
  if (/^(remote_addr|realip_remote_addr|proxy_protocol_addr)$/.test(name)) return own(filling.address ?? PEER, ADDRESS)
  // Who writes it is another question; the address that is meant stands in it.
  if (/forwarded|real_?ip|connecting_ip|client_ip/i.test(name)) return own(filling.address ?? PEER, ESCAPED)
  if (name === 'time_local')
    return own('22/Nov/2026:20:43:28 +0000', String.raw`\d+/[A-Z][a-z]+/\d+:\d+:\d+:\d+ [+-]\d+`)
  if (name === 'time_iso8601') return own('2026-11-22T20:43:28+00:00', String.raw`[\d:T+-]+`)
  if (name === 'msec') return own('1795380208.123', String.raw`[\d.]+`)
  if (name === 'status') return own(filling.status ?? '404', String.raw`\d+`)
  if (/bytes|length|connection|^pid$|_time$|_status$|_port$/.test(name)) return own('153', String.raw`[-\d., :]+`)
  if (
    /^(server_name|scheme|server_protocol|request_method|ssl_protocol|ssl_cipher|server_addr|hostname|upstream_addr)$/.test(
      name,
    )
  ) {
    return own(SERVERS[name] ?? 'example.org', String.raw`[^"\s]*`)
  }
  // Any text may stand in it, but seldom does: who asks for blanks or brackets there means something else.
  if (name === 'remote_user')
    return { text: escaped(ordinary(name, filling), escaping), source: String.raw`[^"\s[\]]*`, tainted: true }
  return {
    text: escaped(ordinary(name, filling), escaping),
    source: escaping === 'default' ? ESCAPED : '.*',
    tainted: true,
  }
}

const SERVERS: Readonly<Record<string, string>> = {
  scheme: 'https',
  server_protocol: 'HTTP/1.1',
  request_method: 'GET',
}

function ordinary(name: string, filling: Filling): string {
  if (name === 'remote_user') return filling.user ?? '-'
  if (name === 'request') return filling.request ?? 'GET /index.php?id=1 HTTP/1.1'
  if (name === 'request_uri' || name === 'uri')
    return (filling.request ?? 'GET /index.php HTTP/1.1').split(' ')[1] ?? '/'
  if (name === 'http_referer') return filling.referrer ?? '-'
  if (name === 'http_user_agent') return filling.agent ?? BROWSER
  if (name === 'host' || name === 'http_host') return 'example.org'
  return '-'
}

function escaped(text: string, escaping: AccessLog['escaping']): string {
  if (escaping === 'json') return text.replace(/["\\]/g, '\\$&')
  return escaping === 'none' ? text : text.replace(/["\\\x00-\x1f]/g, hexadecimal)
}

function hexadecimal(char: string): string {
  return `\\x${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
}

/** The pieces of any line of nginx's error log: only what it calls the client is an address of its own. */
export function errorPieces(): readonly Piece[] {
  return [
    { text: '2026/11/22 20:43:28', source: String.raw`\d+/\d+/\d+ \d+:\d+:\d+`, tainted: false },
    fixed(' ['),
    { text: 'error', source: '[a-z]+', tainted: false },
    fixed('] '),
    { text: '1234#1234: ', source: String.raw`\d+#\d+: (?:\*\d+ )?`, tainted: false },
    { text: 'x', source: '.*', tainted: true },
    { text: `, client: ${PEER}`, source: `(?:,? ?client:? ${ADDRESS}|)`, tainted: false },
    { text: ', server: example.org', source: String.raw`(?:, .*|:\d+.*| [a-z].*|)`, tainted: true },
  ]
}

/** The pieces of a syslog line: whatever the program writes may hold the address. */
export function syslogPieces(): readonly Piece[] {
  return [
    { text: 'Nov 22 20:43:28', source: String.raw`(?:[A-Z][a-z]+ +\d+ \d+:\d+:\d+|\d+-\d+-\d+T\S+)`, tainted: false },
    { text: ' host sshd[1234]:', source: String.raw` \S+ [^\s:]+:`, tainted: false },
    { text: ' text', source: ' .*', tainted: false },
  ]
}

export function lineOf(pieces: readonly Piece[]): string {
  return pieces.map(({ text }) => text).join('')
}

/** The pieces with the date still there: no address stands in it. */
export function withSpan(pieces: readonly Piece[], span: { readonly start: number; readonly end: number }): Piece[] {
  let at = 0
  return pieces.map((piece) => {
    const from = at
    at += piece.text.length
    return at > span.start && from < span.end ? { ...piece, tainted: true } : piece
  })
}

/** What is left of the pieces when the date between the two offsets of their line is cut out. */
export function withoutSpan(pieces: readonly Piece[], span: { readonly start: number; readonly end: number }): Piece[] {
  let at = 0
  return pieces.flatMap((piece) => {
    const [from, to] = [at, at + piece.text.length]
    at = to
    if (to <= span.start || from >= span.end) return [piece]
    const left = piece.text.slice(0, Math.max(0, span.start - from)) + piece.text.slice(Math.max(0, span.end - from))
    if (left === '') return []
    return [piece.source === fixed(piece.text).source ? fixed(left) : { ...piece, text: left, source: '.*' }]
  })
}
