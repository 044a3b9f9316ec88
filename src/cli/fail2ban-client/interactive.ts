/** `-i`: a command a line, until `exit`, `quit` or the end of the input. */
import { asFault } from '../../base/fault.ts'
import { shellWords } from '../../config/commands/shell-words.ts'
import { carryOut } from './carry-out.ts'
import { complainTo } from './complain.ts'
import { HELP } from './help.ts'
import type { Client } from './instance.ts'

const PROMPT = 'fail2ban> '

/** @returns whether it was left by a word, rather than by the end of the input */
export async function converse(client: Client): Promise<boolean> {
  const { setting } = client
  const { out } = setting.terminal
  const complain = complainTo(setting)
  // As many lines as the original's: scripts skip them.
  out("Rampart in the place of Fail2ban's client\na command a line; help, exit\n\n")
  for await (const line of lines(setting.input(), () => out(PROMPT))) {
    if (line === 'exit' || line === 'quit') return true
    if (line === 'help') out(HELP)
    else if (line !== '') {
      try {
        await carryOut(client, shellWords(line))
      } catch (thrown) {
        const fault = asFault(thrown, 'cli.failed')
        complain(fault.code === 'config.bad-quotes' ? 'No closing quotation' : fault.message)
      }
    }
  }
  out('\n')
  complain('EOF when reading a line')
  return false
}

async function* lines(input: AsyncIterable<Uint8Array>, ask: () => void): AsyncIterable<string> {
  const decoder = new TextDecoder()
  let rest = ''
  ask()
  for await (const bytes of input) {
    rest += decoder.decode(bytes, { stream: true })
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n')) {
      const line = rest.slice(0, end)
      rest = rest.slice(end + 1)
      yield line
      ask()
    }
  }
  if (rest !== '') yield rest
}
