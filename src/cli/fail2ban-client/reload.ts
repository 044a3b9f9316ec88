/**
 * `reload` and `restart JAIL`: the configuration is read and judged here first, so that a bad one is told with file and
 * line and changes nothing; then the server is told what it comes to, as Fail2ban's client does.
 */
import type { Fault } from '../../base/fault.ts'
import { repr } from '../../base/python-repr.ts'
import { type CommandStream, commandStream } from '../../config/commands/command-stream.ts'
import { withPlace } from '../print.ts'
import { complainTo } from './complain.ts'
import type { Client } from './instance.ts'
import { answers, send } from './send.ts'

const OPTIONS: readonly string[] = ['--restart', '--unban', '--if-exists']
const PING_MS = 10_000

/** @returns whether it was done */
export async function reload(client: Client, given: readonly string[]): Promise<boolean> {
  const { setting, socket } = client
  const complain = complainTo(setting)
  const count = given.findIndex((word) => !OPTIONS.includes(word))
  const options = count < 0 ? given : given.slice(0, count)
  const [jail = '--all', ...more] = given.slice(options.length)
  if (more.length > 0) {
    complain(`Unexpected argument(s) for reload: ${repr(given.slice(options.length))}`)
    return false
  }
  if (!(await answers(socket, PING_MS))) {
    complain('Could not find server')
    return false
  }
  const stream = commandStream(setting.world, client.folders, client.options.server)
  const message = jail === '--all' ? stream.commands : ofJail(stream, jail)
  const wrong = refusals(stream, jail)
  for (const fault of wrong) complain(`Failed during configuration: ${withPlace(fault)}`)
  if (wrong.length > 0 || !message) {
    if (wrong.length === 0) complain(`Failed during configuration: No section: ${repr(jail)}`)
    return false
  }
  if (client.options.interactive) setting.terminal.out('  ## reload ... \n')
  const sent = ['reload', jail, options, message.map(({ words }) => words)]
  return send({ setting, socket, timeoutMs: 0 }, ['reload'], sent)
}

/** A jail with a fault would be left out: then nothing is changed. */
function refusals({ fatal, jails }: CommandStream, jail: string): readonly Fault[] {
  const concerned = jails.filter(({ name }) => jail === '--all' || name === jail)
  return [...fatal, ...concerned.flatMap(({ refusal }) => (refusal ? [refusal.fault] : []))]
}

/** undefined: there is none of that name. */
function ofJail({ commands, known }: CommandStream, jail: string): CommandStream['commands'] {
  if (!commands || !known.includes(jail)) return undefined
  const first = commands.findIndex(({ words: [verb] }) => verb === 'add' || verb === 'config-error')
  const server = first < 0 ? commands : commands.slice(0, first)
  return [...server, ...commands.slice(server.length).filter(({ words }) => words[1] === jail)]
}
