/** One configuration, and who runs by it: an original Fail2ban or a guard of ours, in a network and with files of its own. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { end, Host } from '../../lab/host.ts'
import { noLab, until } from '../../lab/lab.ts'

const ASKING = join(import.meta.dirname, 'asking.py')
const RAMPART = join(import.meta.dirname, '../../../bin/rampart')
/** Both see their files here, so that what they tell of them is the same. */
export const PLACE = '/run/place'
export const SOCKET = `${PLACE}/fail2ban.sock`

/** Why there is none; false if there is. */
export function noBoth(): string | false {
  return noLab() ?? (existsSync('/usr/bin/fail2ban-server') ? false : 'Fail2ban is not installed')
}

export type Row = readonly unknown[] | { readonly sleep: number }

export const FILES: Readonly<Record<string, string>> = {
  'etc/fail2ban.conf': `[Definition]
loglevel = INFO
logtarget = FOLDER/fail2ban.log
syslogsocket = auto
socket = FOLDER/fail2ban.sock
pidfile = FOLDER/fail2ban.pid
allowipv6 = auto
dbfile = FOLDER/fail2ban.sqlite3
dbmaxmatches = 10
dbpurgeage = 1d
`,
  'etc/jail.conf': `[DEFAULT]
bantime = 10m
findtime = 600
maxretry = 3
backend = polling
usedns = no
action = noop
[one]
enabled = true
filter = one
logpath = FOLDER/one.log
ignoreip = 192.0.2.1 198.51.100.0/24
[two]
enabled = true
filter = one
logpath = FOLDER/two.log
  FOLDER/one.log
action = noop
  noop[actname=other, blocktype=drop]
`,
  'etc/filter.d/one.conf': `[Definition]
failregex = ^\\s*fail from <HOST>$
  ^\\s*bad <F-USER>\\S+</F-USER> from <ADDR>$
ignoreregex = ^fail from 192\\.0\\.2\\.9$
`,
  'etc/action.d/noop.conf': `[Definition]
actionstart = true
actionstop = true
actioncheck =
actionban = echo ban <ip> <blocktype> >> FOLDER/done
actionunban = echo unban <ip> >> FOLDER/done
[Init]
blocktype = reject
`,
  'one.log': '',
  'two.log': '',
  'three.log': '',
}

export class Both {
  readonly host: Host
  /** Where PLACE is seen from outside. */
  readonly folder: string
  readonly #process: ReturnType<Host['start']>

  private constructor(host: Host, folder: string, process: ReturnType<Host['start']>) {
    this.host = host
    this.folder = folder
    this.#process = process
  }

  static async open(which: 'fail2ban' | 'rampart'): Promise<Both> {
    const folder = mkdtempSync(join(tmpdir(), 'rampart-both-'))
    for (const [name, text] of Object.entries(FILES)) {
      const path = join(folder, name)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, text.replaceAll('FOLDER', PLACE))
    }
    const host = await Host.make(`mount -t tmpfs tmpfs /run; mkdir -p ${PLACE}; mount --bind ${folder} ${PLACE}`)
    const own = ['--state', `${PLACE}/state`, '--socket', `${PLACE}/rampart.sock`]
    const argv =
      which === 'fail2ban'
        ? ['fail2ban-server', '-c', `${PLACE}/etc`, '-f', 'start']
        : [RAMPART, 'up', '--config', `${PLACE}/etc`, ...own]
    const both = new Both(host, folder, host.start(argv))
    await until(`${which} reads`, async () => {
      const answers = await both.ask([
        ['status', 'one'],
        ['status', 'two'],
      ])
      return answers.length === 2 && answers.every((one) => one.includes('.log'))
    })
    return both
  }

  /** The answers, as Python's repr; of what is no answer, what went wrong. */
  async ask(rows: readonly Row[], protocol = -1): Promise<readonly string[]> {
    const words = ['python3', ASKING, SOCKET, String(protocol)]
    const { out } = await this.host.run(words, JSON.stringify(rows))
    return out.split('\n').slice(0, -1)
  }

  async close(): Promise<void> {
    await end(this.#process)
    await this.host.close()
    rmSync(this.folder, { recursive: true, force: true })
  }
}
