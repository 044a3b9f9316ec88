/** The installed Fail2ban with one jail on a log of its own, in a namespace of its own. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Host } from '../../test/lab/host.ts'
import { until } from '../../test/lab/lab.ts'
import { elements } from './elements.ts'
import type { Subject } from './subject.ts'

const INSTALLED = '/etc/fail2ban'

/** Its own filter and action files, in which nothing is changed. @returns undefined where it is not installed */
export async function fail2ban(): Promise<(Subject & { readonly how: string }) | undefined> {
  if (!existsSync('/usr/bin/fail2ban-server') || !existsSync(join(INSTALLED, 'jail.conf'))) return undefined
  const folder = mkdtempSync(join(tmpdir(), 'rampart-bench-fail2ban-'))
  const at = (name: string) => join(folder, name)
  const host = await Host.make('true')
  const close = async () => {
    await host.close()
    rmSync(folder, { recursive: true })
  }
  try {
    configure(at('conf'), folder)
    writeFileSync(at('access.log'), '')
    const watch = await elements(host)
    const client = ['/usr/bin/fail2ban-client', '-c', at('conf'), '-s', at('socket'), '-p', at('pid')]
    const server = host.start(['/usr/bin/fail2ban-server', '-f', ...client.slice(1), 'start'])
    const log = () => (existsSync(at('fail2ban.log')) ? readFileSync(at('fail2ban.log'), 'utf8') : '')
    await until('Fail2ban begins', () => / Jail '\S+' started/.test(log()), 30_000)
    const version = /Starting Fail2ban v(\S+)/i.exec(log())?.[1] ?? ''
    const how = `${version} follows its log by ${/uses (\S+)/.exec(log())?.[1] ?? 'what it found'}`
    const ask = (...words: readonly string[]) => host.must([...client, ...words])
    return { name: 'fail2ban', how, log: at('access.log'), pid: server.pid!, elements: watch, ask, close }
  } catch (problem) {
    await close()
    throw problem
  }
}

function configure(conf: string, folder: string): void {
  mkdirSync(conf)
  // jail.d would switch on the jails of the distribution.
  const names = readdirSync(INSTALLED).filter((name) => /\.conf$|^(filter|action)\.d$/.test(name))
  for (const name of names) symlinkSync(join(INSTALLED, name), join(conf, name))
  const server = { logtarget: 'fail2ban.log', socket: 'socket', pidfile: 'pid', dbfile: 'db.sqlite3' }
  const rows = Object.entries(server).map(([option, file]) => `${option} = ${join(folder, file)}\n`)
  writeFileSync(join(conf, 'fail2ban.local'), `[Definition]\n${rows.join('')}`)
  writeFileSync(
    join(conf, 'jail.local'),
    `[DEFAULT]\nbanaction = nftables-multiport\n[nginx-botsearch]\nenabled = true\nmaxretry = 1\nlogpath = ${folder}/access.log\n`,
  )
}
