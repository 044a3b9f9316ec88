/** The set-up that many follow, as it is published for Fail2ban and UFW: an admin's files, and his words to the firewall. */

export const UFW_WORDS = [
  'default deny incoming',
  'default allow outgoing',
  'allow 22/tcp',
  'allow 80/tcp',
  'allow 443/tcp',
  'logging on',
  '--force enable',
]

export const JAILS = [
  'nginx-4xx',
  'nginx-botsearch',
  'nginx-forbidden',
  'nginx-http-auth',
  'nginx-sslerror',
  'sshd',
  'ufw',
]

/** @param ignored addresses that are never banned */
export function customConf(ignored: readonly string[]): string {
  return `[DEFAULT]
ignoreip = 127.0.0.1/8 ::1 ${ignored.join(' ')}
banaction = ufw
bantime = 86400
findtime = 3600
maxretry = 3

[sshd]
enabled = true

[nginx-4xx]
enabled = true
port = http,https
filter = nginx-4xx
logpath = /var/log/nginx/error.log
maxretry = 8

[nginx-http-auth]
enabled = true
port = http,https
filter = nginx-http-auth
logpath = /var/log/nginx/error.log

[nginx-botsearch]
enabled = true
port = http,https
filter = nginx-botsearch
logpath = /var/log/nginx/access.log

[nginx-forbidden]
enabled = true
port = http,https
filter = nginx-forbidden
logpath = /var/log/nginx/error.log

[nginx-sslerror]
enabled = true
port = http,https
filter = nginx-sslerror
logpath = /var/log/nginx/error.log

[ufw]
enabled = true
filter = ufw
logpath = /var/log/ufw.log
`
}

/** The filters that an admin writes himself; the others are the stock's. */
export const FILTERS: Readonly<Record<string, string>> = {
  'nginx-4xx': `[Definition]
failregex = ^<HOST>.*"(GET|POST).*" (404|444|403|400) .*$
ignoreregex = .*(robots.txt|favicon.ico|jpg|png)
`,
  'nginx-forbidden': String.raw`[Definition]
failregex = ^.*\[error\] \d+#\d+: .* forbidden .*, client: <HOST>, .*$
ignoreregex =
`,
  'nginx-sslerror': String.raw`[Definition]
failregex = ^.*SSL_do_handshake\(\) failed .*while SSL handshaking, client: <HOST>, server: .*$
ignoreregex =
`,
  ufw: String.raw`[Definition]
failregex = \[UFW BLOCK\].+SRC=<HOST> DST
ignoreregex =
`,
}

/** The loop over all jails that goes with it. */
export const LOOP = `for jail in $(fail2ban-client status | sed -n 's/^.*Jail list:[[:space:]]*//p' | tr -d ','); do
  printf '%s:' "$jail"
  fail2ban-client status "$jail" | sed -n 's/^.*Banned IP list://p'
done
`
