/** A report over the article's tables, with a history made up around them. */

import { read } from '../../src/report/reading/reading.ts'
import type { Subject } from '../../src/report/reading/subject.ts'
import type { Report } from '../../src/report/report.ts'
import { DAY, DBIP, goldenSubject, NOON, tableOf } from './golden.ts'

const HOUR = DAY / 24
const JAILS = [
  'nginx-4xx',
  'sshd',
  'nginx-botsearch',
  'nginx-http-auth',
  'nginx-limit-req',
  'postfix-sasl',
  'recidive',
  'manual',
]

export function fixture(more: Partial<Report> = {}, subject: Partial<Subject> = {}): Report {
  const jails = tableOf(
    'jail',
    JAILS.map((jail, i) => [jail, jail, Math.round(1400 / (i + 1) ** 1.2)] as const),
    { overlaps: true },
  )
  const repeats = tableOf(
    'ip',
    Array.from({ length: 400 }, (_, i) => [ip(i), ip(i), Math.max(1, Math.round(14 / (i / 9 + 1)))] as const),
    { unit: 'bans', distinct: 400 },
  )
  const hours = tableOf(
    'hour',
    Array.from(
      { length: 24 },
      (_, hour) =>
        [two(hour), `${two(hour)}:00`, 40 + Math.round(300 * Math.exp(-(((hour - 14) / 2.2) ** 2)))] as const,
    ),
    { unit: 'bans' },
  )
  const all = goldenSubject({ jails, repeats, hours, ...subject })
  return {
    title: 'Who was banned, and where they come from',
    version: '0.1.0',
    generated: NOON,
    country: all.country,
    org: all.org,
    city: all.city,
    jails,
    banned: jails.rows.map(({ label, count }) => ({
      jail: label,
      count,
      addresses: Array.from({ length: count }, (_, i) =>
        label === 'postfix-sasl' ? `2001:db8:${i.toString(16)}::${i + 1}` : ip(i),
      ),
    })),
    series: {
      unit: 'bans',
      period: { from: NOON - 7 * DAY, to: NOON },
      zone: 'Europe/Paris',
      bucketMs: HOUR,
      starts: Array.from({ length: 168 }, (_, i) => NOON - 7 * DAY + i * HOUR),
      jails: JAILS.map((jail, j) => ({
        jail,
        counts: Array.from({ length: 168 }, (_, i) =>
          Math.round((30 / (j + 1)) * (1 + Math.sin((i + j) / 4)) * (i > 60 && i < 70 ? 0 : 1)),
        ),
      })),
      gaps: [{ from: NOON - 7 * DAY + 61 * HOUR, to: NOON - 7 * DAY + 70 * HOUR }],
    },
    week: {
      unit: 'bans',
      period: { from: NOON - 7 * DAY, to: NOON },
      zone: 'Europe/Paris',
      total: 5000,
      counts: Array.from({ length: 7 }, (_, d) =>
        Array.from({ length: 24 }, (_, h) => Math.max(0, Math.round(20 + 30 * Math.sin((h + d) / 3)))),
      ),
      hours: Array.from({ length: 7 }, () => Array.from({ length: 24 }, () => 1)),
    },
    ports: tableOf(
      'port',
      [
        ['443', '443', 1800],
        ['22', '22', 700],
        ['80', '80', 400],
        ['', 'unknown', 12],
      ],
      { unit: 'bans' },
    ),
    paths: tableOf(
      'path',
      [
        '/wp-login.php',
        '/.env',
        '/xmlrpc.php',
        '/phpmyadmin/index.php?lang=en',
        '/cgi-bin/luci/;stok=/locale?form=country&operation=write&country=$(id)',
        '/%2e%2e/%2e%2e/etc/passwd',
        `/${'a'.repeat(400)}`,
      ].map((path, i) => [path, path, 900 - i * 120] as const),
      { unit: 'bans' },
    ),
    agents: tableOf(
      'agent',
      [
        'Mozilla/5.0 zgrab/0.x',
        '-',
        'curl/8.4.0',
        '<script>alert(1)</script>\u202e\x1b[31m',
        'Mozilla/5.0 (compatible; CensysInspect/1.1; +https://about.censys.io/)',
      ].map((path, i) => [path, path, 800 - i * 150] as const),
      { unit: 'bans' },
    ),
    repeats,
    offenders: repeats.rows.slice(0, 20).map(({ key, count }, i) => ({
      address: key,
      bans: count,
      place:
        i % 5 === 4
          ? { kind: 'public' }
          : { kind: 'public', country: 'NL', asn: 202425, organisation: 'IP Volume inc' },
    })),
    reading: read(all),
    sources: [DBIP],
    classes: { version: all.classes.version, size: all.classes.size },
    ...more,
  }
}

function ip(i: number): string {
  return `${20 + (i % 180)}.${(i * 7) % 256}.${(i * 13) % 256}.${(i * 31) % 254}`
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
