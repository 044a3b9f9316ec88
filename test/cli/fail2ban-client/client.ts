/** A client and a server of the same program, in a network and with files of their own. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { FILES, PLACE } from '../../control/fail2ban/both.ts'
import { Host } from '../../lab/host.ts'

export interface Told {
  readonly line: string
  readonly out: string
  /** Errors alone, without time and process. */
  readonly err: string
  readonly code: number
}

const PROGRAMS = { fail2ban: '/usr/bin', rampart: join(import.meta.dirname, '../../../bin') }

function programOf(which: 'fail2ban' | 'rampart'): string {
  return `${PROGRAMS[which]}/fail2ban-client -c ${PLACE}/etc`
}

export class Client {
  readonly host: Host
  readonly folder: string
  readonly #program: string

  private constructor(host: Host, folder: string, program: string) {
    this.host = host
    this.folder = folder
    this.#program = program
  }

  /** Starts the server by its client. @param files in the place of the usual ones of the same name */
  static async open(which: 'fail2ban' | 'rampart', files: Readonly<Record<string, string>> = {}): Promise<Client> {
    const folder = mkdtempSync(join(tmpdir(), 'rampart-client-'))
    for (const [name, text] of Object.entries({ ...FILES, ...files })) {
      const path = join(folder, name)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, text.replaceAll('FOLDER', PLACE))
    }
    const own = 'mkdir -p /run/var; mount -t tmpfs tmpfs /var/lib'
    const host = await Host.make(
      `mount -t tmpfs tmpfs /run; ${own}; mkdir -p ${PLACE}; mount --bind ${folder} ${PLACE}`,
    )
    const client = new Client(host, folder, programOf(which))
    await host.must(['sh', '-c', `${client.#program} start`])
    return client
  }

  /** One line after the other. @param which of the clients, where it is not the server's own */
  async say(lines: readonly string[], which?: 'fail2ban' | 'rampart'): Promise<Told[]> {
    const program = which === undefined ? this.#program : programOf(which)
    const script = lines.map((line) => {
      const command = line.startsWith('!')
        ? line.slice(1).replace('CLIENT', program)
        : `${program} ${quoted(line.replaceAll('FOLDER', PLACE))}`
      return `( ${command} ) 2>/run/err; code=$?; printf '\\0'; cat /run/err; printf '\\0%s\\0' $code`
    })
    const { out } = await this.host.run(['sh'], `${script.join('\n')}\n`)
    const parts = out.split('\0')
    return lines.map((line, at) => ({
      line,
      out: withoutTimes(parts[3 * at] ?? ''),
      err: errors(parts[3 * at + 1] ?? ''),
      code: Number(parts[3 * at + 2]),
    }))
  }

  /** How long one takes, in ms, without what it takes to get there. */
  time(line: string): Promise<number> {
    return Client.timed(this.host, `${this.#program} ${line}`)
  }

  /** The same of any program. */
  static async timed(host: Host, words: string): Promise<number> {
    const script = `from=$EPOCHREALTIME; ${words} >/dev/null; echo "$from $EPOCHREALTIME"`
    const [from = 0, to = 0] = (await host.must(['bash', '-c', script])).split(' ').map(Number)
    return 1000 * (to - from)
  }

  async close(): Promise<void> {
    await this.host.run(['sh', '-c', `${this.#program} stop; true`])
    await this.host.close()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** Each word in quotes of its own; those that had some keep them. */
function quoted(line: string): string {
  const words = line.match(/'[^']*'|\S+/g) ?? []
  return words.map((word) => (word.startsWith("'") ? word : `'${word}'`)).join(' ')
}

/** Each program greets in words of its own; what one server tells a second later than the other is the same. */
function withoutTimes(text: string): string {
  const told = text.replace(/^.*\n.*\n\n(?=fail2ban> )/m, 'GREETING ')
  return told.replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, 'TIME')
}

/** Warnings about the configuration are in words of their own; so is what is wrong with it. */
function errors(text: string): string {
  const lines = text.split('\n').filter((line) => /: ERROR {3}/.test(line))
  return lines.map((line) => line.replace(/^.*?\[\d+\]: ERROR {3}/, '')).join('\n')
}
