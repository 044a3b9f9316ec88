/** Lines of logs that are the same in every run, and ways to break them. Bytes as latin1 text: some are no UTF-8. */

/** Numbers in [0, 1) that depend on the seed alone. */
export function chance(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let value = Math.imul(state ^ (state >>> 15), 1 | state)
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32
  }
}

/** An access log in nginx's combined form: some lines a second, some of them probes and bad requests. */
export function accessLog(count: number, seed: number): string[] {
  const next = chance(seed)
  const pick = <T>(values: readonly T[]): T => values[Math.floor(next() * values.length)]!
  return Array.from({ length: count }, (_, at) => {
    const from = next() < 0.1 ? `2001:db8:${at % 99}::${at}` : `198.51.${at % 200}.${Math.floor(next() * 250)}`
    const time = `[${String(1 + Math.floor(at / 4000)).padStart(2, '0')}/Nov/2025:${clock(at / 7)} +0100]`
    const roll = next()
    if (roll < 0.03) return `${from} - - ${time} "GET ${pick(PROBES)} HTTP/1.1" 404 162 "-" "probe/1.0"`
    if (roll < 0.05)
      return `${from} - - ${time} "${pick(['\\x16\\x03\\x01', '-', 'GET / HTTP/1.1', 'x'])}" 400 157 "-" "-"`
    const status = pick([200, 200, 200, 304, 404, 499])
    return `${from} - ${pick(['-', '-', 'alice'])} ${time} "GET ${pick(PAGES)} HTTP/2.0" ${status} ${at} "-" "${pick(AGENTS)}"`
  })
}

const PROBES = [
  '/wp-login.php',
  '/phpmyadmin/index.php',
  '/cgi-bin/test.cgi',
  '/mysqladmin/',
  '/roundcube/',
  '/nothing',
]
const PAGES = ['/', '/news/2025-11-20 10:00:00', '/a?t=20251120T101010', '/search?q=mail', '/x@y', '/wp-login.php']
const AGENTS = [
  'Mozilla/5.0 (X11; rv:1.0) 12:34:56',
  'curl/8.5.0',
  'audit(1795377029.1:2)',
  'bot [22/Nov/2025:10:00:00 +0000]',
]

/** An error log of nginx: wrong passwords, limits, missing files. */
export function errorLog(count: number, seed: number): string[] {
  const next = chance(seed)
  return Array.from({ length: count }, (_, at) => {
    const head = `2025/11/${String(1 + Math.floor(at / 3000)).padStart(2, '0')} ${clock(at / 5)} [error] 7#7: *${at} `
    const tail = `, client: 203.0.113.${at % 250}, server: example.org, request: "GET / HTTP/1.1", host: "example.org"`
    const roll = next()
    if (roll < 0.1) return `${head}user "a\\"b": password mismatch${tail}`
    if (roll < 0.2) return `${head}user "root" was not found in "/etc/nginx/users"${tail}`
    if (roll < 0.4) return `${head}limiting requests, excess: 5.${at} by zone "login"${tail}`
    if (roll < 0.6) return `${head}access forbidden by rule${tail}`
    return `${head}open() "/var/www/phpmyadmin/${at}" failed (2: No such file or directory)${tail}`
  })
}

/** A log of sshd in syslog's form: sessions that begin, fail and end, a few at a time. */
export function sshdLog(count: number, seed: number): string[] {
  const next = chance(seed)
  return Array.from({ length: count }, (_, at) => {
    const from = `192.0.2.${Math.floor(next() * 20)}`
    const session = `sshd[${4000 + (at >> 4) + Math.floor(next() * 3)}]`
    const port = 40_000 + (at % 100)
    const message = SSHD[Math.floor(next() * SSHD.length)]!(from, port)
    return `Nov ${String(1 + Math.floor(at / 2000)).padStart(2, ' ')} ${clock(at / 3)} host ${session}: ${message}`
  })
}

const SSHD: readonly ((from: string, port: number) => string)[] = [
  (from, port) => `Failed password for root from ${from} port ${port} ssh2`,
  (from, port) => `Failed password for invalid user x y from ${from} port ${port} ssh2`,
  (from, port) => `Invalid user admin from ${from} port ${port}`,
  (from, port) => `Connection from ${from} port ${port} on 10.0.0.1 port 22`,
  (from, port) => `Failed publickey for git from ${from} port ${port} ssh2: RSA SHA256:abc`,
  (from, port) => `Accepted publickey for git from ${from} port ${port} ssh2: RSA SHA256:abc`,
  (from, port) => `Connection closed by ${from} port ${port} [preauth]`,
  (from, port) => `Connection reset by authenticating user root ${from} port ${port} [preauth]`,
  (from, port) => `Received disconnect from ${from} port ${port}:11: Bye Bye [preauth]`,
  (from, port) => `Disconnected from user git ${from} port ${port}`,
  (from) => `Did not receive identification string from ${from}`,
  (from, port) => `Unable to negotiate with ${from} port ${port}: no matching cipher found. Their offer: aes128-cbc`,
  () => 'error: maximum authentication attempts exceeded for root from 192.0.2.1 port 4 ssh2 [preauth]',
  (from) =>
    `pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=${from}  user=root`,
  () => 'pam_unix(sshd:session): session opened for user git(uid=5) by (uid=0)',
]

function clock(minutes: number): string {
  const second = Math.floor(minutes * 60) % 86_400
  return [second / 3600, (second / 60) % 60, second % 60]
    .map((part) => String(Math.floor(part)).padStart(2, '0'))
    .join(':')
}

/** The line with something in it that should not be there. */
export function mutated(line: string, next: () => number): string {
  const at = Math.floor(next() * line.length)
  const [before, here, after] = [line.slice(0, at), line.charAt(at), line.slice(at + 1)]
  switch (Math.floor(next() * 14)) {
    case 0:
      return before + after
    case 1:
      return before + after.charAt(0) + here + after.slice(1)
    case 2:
      return before + here + here + after
    case 3:
      return `${before}\xff${here}${after}`
    case 4:
      return `${before}\0${here}${after}`
    case 5:
      return `${before}\xe2\x80\xa8${here}${after}`
    case 6:
      return `${before}\r${here}${after}`
    case 7:
      return before + 'a'.repeat(3000) + after
    case 8:
      return `${DATES[Math.floor(next() * DATES.length)]} ${line}`
    case 9:
      return line.replace(/\d\d:\d\d:\d\d/, () => DATES[Math.floor(next() * DATES.length)]!)
    case 10:
      return `${before} from 192.0.2.66 ${here}${after}`
    case 11:
      return line.slice(0, at)
    case 12:
      return `${before}\xc2\xa0\xd9\xa3${here}${after}`
    default:
      return `${before}${String.fromCharCode(0x20 + Math.floor(next() * 0x5f))}${after}`
  }
}

const DATES = [
  '2025-11-20 10:11:12',
  '2025-11-20T10:11:12.345+0200',
  'Thu Nov 20 10:11:12 2025',
  'Nov 20 10:11:12',
  '20/11/2025 10:11:12',
  '[20/Nov/2025:10:11:12 -0500]',
  '1763633472.123',
  '[1763633472]',
  'audit(1763633472.5:7)',
  '10:11:12',
  '<11/20/25@10:11:12>',
  '251120 10:11:12',
  'Nov 20, 2025 1:11:12 PM',
  '20251120T101112',
  '@40000000691eef8000000000',
  '2025-02-30 10:11:12',
  '25:61:99',
]
