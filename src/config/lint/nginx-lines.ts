/**
 * Lines as nginx writes them, to try filters on: what visitors cause, what attackers cause, and where the client's own
 * words stand in them. Source: the output of nginx 1.22 and its documentation.
 */
import { accessPieces, type Filling, lineOf, PEER } from './log-piece.ts'
import { type AccessLog, LEVELS, type Level, type NginxWrites } from './nginx-writes.ts'

/** Where a client's words go. */
export type Slot = 'user' | 'path' | 'request' | 'referrer' | 'agent'

export interface LogLine {
  readonly kind: 'access' | 'error' | 'kernel'
  /** What happened, in a few words. */
  readonly what: string
  /** Ordinary visitors cause it. */
  readonly visitor: boolean
  /** Of an error log. */
  readonly level: Level | undefined
  readonly slots: readonly Slot[]
  /** The line with these words of a client; without any, as an ordinary client causes it. */
  text(words?: Partial<Record<Slot, string>>): string
}

/** Every kind of line, in the given format of the access log. */
export function nginxLines(format: AccessLog, nginx: Pick<NginxWrites, 'zones' | 'refusedAt'>): readonly LogLine[] {
  return [...accessLines(format), ...errorLines(nginx)]
}

const ACCESS: readonly (readonly [what: string, request: string, status: string, visitor: boolean])[] = [
  ['a browser looks for the icon of a site that has none', 'GET /favicon.ico HTTP/1.1', '404', true],
  ['a phone looks for the icon of a site that has none', 'GET /apple-touch-icon.png HTTP/1.1', '404', true],
  ['a visitor follows an old link', 'GET /news/summer-party HTTP/1.1', '404', true],
  ['a page names a style that is gone', 'GET /assets/site.css HTTP/2.0', '404', true],
  ['a crawler asks for its rules', 'GET /robots.txt HTTP/1.1', '404', true],
  ['a browser asks before it sends the password', 'GET /private/ HTTP/1.1', '401', true],
  ['a visitor opens a folder without an index', 'GET /images/ HTTP/1.1', '403', true],
  ['a visitor opens a page', 'GET /index.html HTTP/1.1', '200', true],
  ['a visitor opens a page that PHP makes', 'GET /index.php?page=2 HTTP/1.1', '200', true],
  ['a scanner looks for WordPress', 'POST /wp-login.php HTTP/1.1', '404', false],
  ['a scanner looks for WordPress', 'GET /wp-login.php HTTP/1.1', '404', false],
  ['a scanner looks for secrets', 'GET /.env HTTP/1.1', '404', false],
  ['a scanner looks for phpMyAdmin', 'GET /phpmyadmin/index.php HTTP/1.1', '404', false],
  ['a scanner looks for a program', 'GET /cgi-bin/test.cgi HTTP/1.1', '404', false],
  ['a scanner looks for secrets', 'GET /.git/config HTTP/1.1', '403', false],
  ['a scanner asks too fast', 'GET /wp-login.php HTTP/1.1', '429', false],
  ['a scanner sends what is no HTTP', '\x16\x03\x01\x02', '400', false],
  ['a scanner is turned away', 'GET /wp-login.php HTTP/1.1', '444', false],
  ['a password is tried', 'POST /wp-login.php HTTP/1.1', '200', false],
]

function accessLines(format: AccessLog): readonly LogLine[] {
  const slots = ['user', 'request', 'referrer', 'agent'] as const
  const held = slots.filter((slot) => line(format, { [slot]: MARK }).includes(MARK))
  return ACCESS.map(([what, request, status, visitor]) => ({
    kind: 'access',
    what,
    visitor,
    level: undefined,
    slots: held,
    text(words = {}) {
      const own = words.request === undefined ? request : `GET ${words.request} HTTP/1.1`
      return line(format, { ...words, request: own, status })
    },
  }))
}

const MARK = 'wordofaclient'

function line(format: AccessLog, filling: Filling): string {
  return lineOf(accessPieces(format, filling) ?? [])
}

interface ErrorForm {
  readonly what: string
  readonly level: Level
  readonly visitor?: boolean
  /** `{user}` and `{path}` are a client's. */
  readonly message: string
  /** What follows the message is only the address and the server: there is no request yet. */
  readonly bare?: boolean
}

const ERRORS: readonly ErrorForm[] = [
  { what: 'a wrong password', level: 'error', message: 'user "{user}": password mismatch' },
  { what: 'an unknown user', level: 'error', message: 'user "{user}" was not found in "/etc/nginx/.htpasswd"' },
  {
    what: 'a browser asks before it sends the password',
    level: 'info',
    visitor: true,
    message: 'no user/password was provided for basic authentication',
  },
  { what: 'what a deny rule forbids', level: 'error', message: 'access forbidden by rule' },
  {
    what: 'a visitor opens a folder without an index',
    level: 'error',
    visitor: true,
    message: 'directory index of "/var/www/html/" is forbidden',
  },
  {
    what: 'a browser looks for the icon of a site that has none',
    level: 'error',
    visitor: true,
    message: 'open() "/var/www/html/favicon.ico{path}" failed (2: No such file or directory)',
  },
  {
    what: 'a scanner looks for WordPress',
    level: 'error',
    message: 'open() "/var/www/html/wp-login.php{path}" failed (2: No such file or directory)',
  },
  {
    what: 'a scanner looks for phpMyAdmin',
    level: 'error',
    message: '"/var/www/html/phpmyadmin/{path}index.html" is not found (2: No such file or directory)',
  },
  {
    what: 'a TLS handshake that fails',
    level: 'info',
    bare: true,
    message: 'SSL_do_handshake() failed (SSL: error:0A000102:SSL routines::unsupported protocol) while SSL handshaking',
  },
  {
    what: 'a TLS handshake that is cut off',
    level: 'info',
    bare: true,
    visitor: true,
    message: 'peer closed connection in SSL handshake (104: Connection reset by peer) while SSL handshaking',
  },
  {
    what: 'a request that is no HTTP',
    level: 'info',
    message: 'client sent invalid method while reading client request line',
  },
  {
    what: 'a program that complains',
    level: 'error',
    message: 'FastCGI sent in stderr: "Primary script unknown" while reading response header from upstream',
  },
]

function errorLines({ zones, refusedAt }: Pick<NginxWrites, 'zones' | 'refusedAt'>): readonly LogLine[] {
  const delayedAt = LEVELS[Math.max(0, LEVELS.indexOf(refusedAt) - 1)]!
  const limits = [...new Set(['one', ...zones])].flatMap((zone): ErrorForm[] => [
    {
      what: 'a request over the limit',
      level: refusedAt,
      message: `limiting requests, excess: 5.330 by zone "${zone}"`,
    },
    { what: 'a delayed request', level: delayedAt, message: `delaying request, excess: 0.330, by zone "${zone}"` },
    { what: 'a connection over the limit', level: refusedAt, message: `limiting connections by zone "${zone}"` },
  ])
  return [...ERRORS, ...limits].map((form) => ({
    kind: 'error',
    what: form.what,
    visitor: form.visitor ?? false,
    level: form.level,
    slots: [
      ...(['user', 'path'] as const).filter((slot) => form.message.includes(`{${slot}}`)),
      ...(form.bare ? [] : (['request', 'referrer'] as const)),
    ],
    text(words = {}) {
      const message = form.message
        .replace('{user}', () => words.user ?? 'admin')
        .replace('{path}', () => words.path ?? '')
      const head = `2026/11/22 20:43:28 [${form.level}] 1234#1234: *5 ${message}, client: ${PEER}, server: `
      if (form.bare) return `${head}0.0.0.0:443`
      const referrer = words.referrer === undefined ? '' : `, referrer: "${words.referrer}"`
      return `${head}example.org, request: "GET ${words.request ?? '/'} HTTP/1.1", host: "example.org"${referrer}`
    },
  }))
}

/** Whether a client can get these words into this place at all. */
export function canSay(slot: Slot, kind: LogLine['kind'], words: string): boolean {
  if (/[\x00-\x1f]/.test(words)) return false
  // Basic credentials end the name at their first colon; since nginx 1.21.1 a blank in a request is refused.
  if (slot === 'user') return !words.includes(':')
  return slot !== 'request' || kind === 'access' || !words.includes(' ')
}
