/** How seldom a text stands in an ordinary line of a log: which literal is worth looking for. A guess is enough here. */

/** Lines that ordinary visitors and services write all day; what stands in one of them tells nothing. */
const ORDINARY = `
192.0.2.10 - - [10/Oct/2025:13:55:36 +0000] "GET /images/logo.png?v=12 HTTP/1.1" 200 5316 "https://www.example.org/" "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Safari/537.36"
2001:db8::7 - alice [10/Oct/2025:13:55:37 +0000] "POST /api/items HTTP/2.0" 302 0 "-" "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
2025/10/10 13:55:36 [error] 1234#1234: *56 open() "/var/www/html/favicon.ico" failed (2: No such file or directory), client: 192.0.2.10, server: example.org, request: "GET /favicon.ico HTTP/1.1", host: "example.org", referrer: "https://example.org/"
2025/10/10 13:55:36 [warn] 1234#1234: *57 upstream: "http://127.0.0.1:8080/"
Oct 10 13:55:36 host sshd[1234]: Accepted publickey for alice from 192.0.2.10 port 50022 ssh2: ED25519 SHA256:abc
Oct 10 13:55:36 host sshd[1234]: pam_unix(sshd:session): session opened for user alice(uid=1000) by (uid=0)
Oct 10 13:55:36 host sshd[1234]: Connection closed by 192.0.2.10 port 50022 [preauth]
Oct 10 13:55:36 host CRON[1235]: pam_unix(cron:session): session closed for user root
Oct 10 13:55:36 host sudo:    alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/usr/bin/apt update
Oct 10 13:55:36 host systemd[1]: Started session 4 of user alice.
Oct 10 13:55:36 host kernel: [12345.678901] eth0: link up
Oct 10 13:55:36 host postfix/smtpd[1236]: connect from mail.example.org[192.0.2.10]
Oct 10 13:55:36 host dovecot: imap-login: Login: user=<alice>, method=PLAIN, rip=192.0.2.10, lip=192.0.2.1, mpid=1237, TLS, session=<abc>
`
const ORDINARY_LOWER = ORDINARY.toLowerCase()

const LINE_LENGTH = 120
/** The chance, a guess, that a line holds a text which ordinary lines hold. */
const OFTEN = 0.3

/** A set's worth to one who looks for lines that hold one of its texts. */
export interface Worth {
  /** The chance, at most 1, that an ordinary line holds one of them. */
  readonly chance: number
  /** Worth a search beside others: one usual text among many seldom ones is no harm. */
  readonly telling: boolean
}

/** A set that more lines hold tells nothing. */
const MOST_CHANCE = 0.5

export function worthOf(words: readonly { readonly text: string; readonly folded: boolean }[]): Worth {
  const chance = words.reduce((sum, { text, folded }) => sum + chanceInLine(text, folded), 0)
  const telling = chance < MOST_CHANCE && !words.every(({ text, folded }) => isOrdinary(text, folded))
  return { chance: Math.min(1, chance), telling }
}

/** For sorting: what tells most first. */
export function byWorth(a: Worth, b: Worth): number {
  return Number(b.telling) - Number(a.telling) || a.chance - b.chance
}

/** The chance, above 0 and at most 1, that an ordinary line holds the text. */
function chanceInLine(text: string, ignoreCase: boolean): number {
  const random = [...text].reduce((chance, char) => chance * share(char, ignoreCase), LINE_LENGTH)
  // Fewer than three bytes are a poor fingerprint for the scan.
  return Math.min(1, Math.max(text.length < 3 ? random * 10 : random, isOrdinary(text, ignoreCase) ? OFTEN : 0))
}

/** Whether it stands in lines that are written all day. */
function isOrdinary(text: string, ignoreCase: boolean): boolean {
  return ignoreCase ? ORDINARY_LOWER.includes(text.toLowerCase()) : ORDINARY.includes(text)
}

const SHARES: readonly (readonly [string, number])[] = [
  [' ', 0.11],
  ['0123456789', 0.03],
  ['etaoinsr', 0.03],
  ['./:-"[]', 0.02],
  ['ldcumhpgf', 0.015],
  ['bvwykxjqz', 0.006],
]
const SHARE_OF_OTHERS = 0.004

function share(char: string, ignoreCase: boolean): number {
  const known = SHARES.find(([chars]) => chars.includes(char))?.[1] ?? SHARE_OF_OTHERS
  return ignoreCase && /[a-z]/.test(char) ? known + SHARE_OF_OTHERS : known
}
