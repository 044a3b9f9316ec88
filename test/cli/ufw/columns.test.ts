/** What `ufw status` shows of a rule. The lines were recorded from ufw 0.36.2. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { columnsOf, type Form, printColumns } from '../../../src/cli/ufw/columns.ts'
import { ruleOf } from './rule-of.ts'

/** Of a tuple: plain, verbose, numbered, where the later ones differ from those before. */
const ROWS: Readonly<Record<string, readonly string[]>> = {
  'allow any any 0.0.0.0/0 any 0.0.0.0/0 in': [
    'Anywhere                   ALLOW       Anywhere                  ',
    'Anywhere                   ALLOW IN    Anywhere                  ',
  ],
  'allow tcp 22 0.0.0.0/0 any 0.0.0.0/0 in': [
    '22/tcp                     ALLOW       Anywhere                  ',
    '22/tcp                     ALLOW IN    Anywhere                  ',
  ],
  'deny tcp 80,443 0.0.0.0/0 any 10.0.0.0/8 in_eth0 comment=6120636f6d6d656e74': [
    '80,443/tcp on eth0         DENY        10.0.0.0/8                 # a comment',
    '80,443/tcp on eth0         DENY IN     10.0.0.0/8                 # a comment',
  ],
  'reject any 53 1.2.3.4 any 0.0.0.0/0 out_eth1': [
    '1.2.3.4 53                 REJECT OUT  Anywhere on eth1          ',
    '1.2.3.4 53                 REJECT OUT  Anywhere on eth1          ',
    '1.2.3.4 53                 REJECT OUT  Anywhere on eth1           (out)',
  ],
  'limit_log-all udp any 0.0.0.0/0 53 10.0.0.0/8 out': [
    'Anywhere                   LIMIT OUT   10.0.0.0/8 53/udp          (log-all)',
    'Anywhere                   LIMIT OUT   10.0.0.0/8 53/udp          (log-all)',
    'Anywhere                   LIMIT OUT   10.0.0.0/8 53/udp          (log-all, out)',
  ],
  'route:allow_log any 80 10.0.0.1 any 192.168.0.0/16 in_eth0!out_eth1': [
    '10.0.0.1 80 on eth1        ALLOW FWD   192.168.0.0/16 on eth0     (log)',
  ],
  'route:deny any any 0.0.0.0/0 any 0.0.0.0/0 out_eth2': [
    'Anywhere on eth2           DENY FWD    Anywhere                  ',
    'Anywhere on eth2           DENY FWD    Anywhere                  ',
    'Anywhere on eth2           DENY FWD    Anywhere                   (out)',
  ],
  'allow gre any 0.0.0.0/0 any 0.0.0.0/0 out': [
    'Anywhere/gre               ALLOW OUT   Anywhere/gre              ',
    'Anywhere/gre               ALLOW OUT   Anywhere/gre              ',
    'Anywhere/gre               ALLOW OUT   Anywhere/gre               (out)',
  ],
  'allow gre any 0.0.0.0/0 any 10.0.0.0/8 out': [
    'Anywhere                   ALLOW OUT   10.0.0.0/8/gre            ',
    'Anywhere                   ALLOW OUT   10.0.0.0/8/gre            ',
    'Anywhere                   ALLOW OUT   10.0.0.0/8/gre             (out)',
  ],
  'allow tcp any 1.2.3.4 any 10.0.0.0/8 in': [
    '1.2.3.4/tcp                ALLOW       10.0.0.0/8/tcp            ',
    '1.2.3.4/tcp                ALLOW IN    10.0.0.0/8/tcp            ',
  ],
  'allow tcp 10,20,30,40,50:60,70,80,90,100,110,120,130 1.2.3.4 any 0.0.0.0/0 in': [
    '1.2.3.4 10,20,30,40,50:60,70,80,90,100,110,120,130/tcp ALLOW       Anywhere                  ',
    '1.2.3.4 10,20,30,40,50:60,70,80,90,100,110,120,130/tcp ALLOW IN    Anywhere                  ',
  ],
  'allow tcp 80,443 0.0.0.0/0 any 0.0.0.0/0 Nginx%20Full - in': [
    'Nginx Full                 ALLOW       Anywhere                  ',
    '80,443/tcp (Nginx Full)    ALLOW IN    Anywhere                  ',
    'Nginx Full                 ALLOW IN    Anywhere                  ',
  ],
  'allow tcp 80 2.2.2.2 22 1.1.1.1 Nginx%20HTTP OpenSSH in': [
    '2.2.2.2 Nginx HTTP         ALLOW       1.1.1.1 OpenSSH           ',
    '2.2.2.2 80/tcp (Nginx HTTP) ALLOW IN    1.1.1.1 22/tcp (OpenSSH)  ',
    '2.2.2.2 Nginx HTTP         ALLOW IN    1.1.1.1 OpenSSH           ',
  ],
  'allow tcp 53 0.0.0.0/0 99 10.0.0.0/8 DNS - in': [
    'DNS                        ALLOW       10.0.0.0/8 99             ',
    '53/tcp (DNS)               ALLOW IN    10.0.0.0/8 99/tcp         ',
    'DNS                        ALLOW IN    10.0.0.0/8 99             ',
  ],
  'allow tcp 22 ::/0 any ::/0 in_eth0': [
    '22/tcp (v6) on eth0        ALLOW       Anywhere (v6)             ',
    '22/tcp (v6) on eth0        ALLOW IN    Anywhere (v6)             ',
  ],
  'allow any 22 ::/0 any 2001:db8::/32 in': [
    '22                         ALLOW       2001:db8::/32             ',
    '22                         ALLOW IN    2001:db8::/32             ',
  ],
  'allow udp any 2001:db8::1 53 ::/0 in': [
    '2001:db8::1                ALLOW       53/udp                    ',
    '2001:db8::1                ALLOW IN    53/udp                    ',
  ],
  'allow any any ::/0 53 ::/0 in': [
    'Anywhere (v6)              ALLOW       53 (v6)                   ',
    'Anywhere (v6)              ALLOW IN    53 (v6)                   ',
  ],
  'allow esp any ::/0 any ::/0 in': [
    'Anywhere/esp (v6)          ALLOW       Anywhere/esp (v6)         ',
    'Anywhere/esp (v6)          ALLOW IN    Anywhere/esp (v6)         ',
  ],
  'allow esp any ::/0 any 2001:db8::1 in': [
    'Anywhere (v6)              ALLOW       2001:db8::1/esp           ',
    'Anywhere (v6)              ALLOW IN    2001:db8::1/esp           ',
  ],
  'allow tcp 53 ::/0 99 2001:db8::/32 DNS - in': [
    'DNS (v6)                   ALLOW       2001:db8::/32 99          ',
    '53/tcp (DNS (v6))          ALLOW IN    2001:db8::/32 99/tcp      ',
    'DNS (v6)                   ALLOW IN    2001:db8::/32 99          ',
  ],
  'allow tcp 53 2001:db8::1 22 ::/0 DNS OpenSSH in': [
    '2001:db8::1 DNS            ALLOW       OpenSSH (v6)              ',
    '2001:db8::1 53/tcp (DNS)   ALLOW IN    22/tcp (OpenSSH (v6))     ',
    '2001:db8::1 DNS            ALLOW IN    OpenSSH (v6)              ',
  ],
}

for (const [tuple, lines] of Object.entries(ROWS)) {
  test(`${tuple} is shown as by ufw`, () => {
    const rule = ruleOf(tuple)
    const shown = (form: Form) => printColumns(columnsOf(rule, form))
    const [plain, verbose = plain, numbered = verbose] = lines.map((line) => `${line}\n`)
    assert.deepEqual(
      { plain: shown('plain'), verbose: shown('verbose'), numbered: shown('numbered') },
      { plain, verbose, numbered },
    )
  })
}

test('a comment can tell a terminal nothing', () => {
  const rule = { ...ruleOf('allow any 22 0.0.0.0/0 any 0.0.0.0/0 in'), comment: 'a\x1b[31m\nb' }
  assert.equal(columnsOf(rule, 'plain').comment, ' # a\\x1b[31m\\x0ab')
})
