/**
 * `fail2ban-regex`: what a filter makes of a log, in the words and with the exit codes of Fail2ban 1.0.2. Bans nobody,
 * looks nothing up.
 */
import { asFault } from '../../base/fault.ts'
import { printable } from '../../base/printable.ts'
import type { Setting } from '../setting.ts'
import { askedFilter, type Refusal } from './ask.ts'
import { findingsOf } from './findings.ts'
import { HELP, USAGE } from './help.ts'
import { type LineReader, lineReader } from './line-reader.ts'
import { isJournal, type Log, logOf } from './log.ts'
import { logger } from './logging.ts'
import { type CommandLine, type Options, parseOptions } from './options.ts'
import { type Printer, printer } from './printer.ts'
import { trialOf } from './trial-of.ts'

/** What Fail2ban's own command prints: scripts ask for it. */
const FAIL2BAN_VERSION = '1.0.2'
const FAIL2BAN_FOLDER = '/etc/fail2ban'

/** Runs one command line. @returns its exit code */
export async function fail2banRegex(setting: Setting, words: readonly string[]): Promise<number> {
  const { terminal } = setting
  const out = printer(terminal)
  let line: CommandLine
  try {
    line = parseOptions(words)
  } catch (thrown) {
    const { message } = asFault(thrown, 'regex-command.option')
    terminal.err(`Usage: ${USAGE}\n\nfail2ban-regex: error: ${printable(message)}\n`)
    return 2
  }
  if (line.ask !== undefined) {
    terminal.out(answer(line.ask))
    return 0
  }
  const errors = mistakes(line)
  if (errors.length > 0) {
    terminal.out(HELP)
    terminal.err(`\n${errors.join('\n')}\n`)
    return 255
  }
  const refusal = await run(setting, out, line)
  if (refusal?.out !== undefined) out.line(refusal.out)
  out.flush()
  if (refusal?.err !== undefined) terminal.err(`${printable(refusal.err)}\n`)
  return refusal?.code ?? 0
}

function answer(ask: NonNullable<CommandLine['ask']>): string {
  if (ask === 'help') return HELP
  return ask === 'version' ? `fail2ban-regex ${FAIL2BAN_VERSION}\n` : `${FAIL2BAN_VERSION}\n`
}

function mistakes({ options, words }: CommandLine): string[] {
  const errors: string[] = []
  for (const kind of ['Missed', 'Ignored'] as const) {
    if (!options[`printNo${kind}`] || !options[`printAll${kind}`]) continue
    const name = kind.toLowerCase()
    errors.push(`ERROR: --print-no-${name} and --print-all-${name} are mutually exclusive.`)
  }
  if (words.length < 2 || words.length > 3) errors.push('ERROR: provide both <LOG> and <REGEX>.')
  return errors
}

/** @returns why it ended early */
async function run(setting: Setting, out: Printer, { options, words }: CommandLine): Promise<Refusal | undefined> {
  const [word, regex, ignoreregex] = words as [string, string, string?]
  const { clock } = setting.world
  const say = (text: string) => {
    if (!options.out) out.line(text)
  }
  for (const text of ['', 'Running tests', '=============', '']) say(text)
  try {
    const told = logger(options, { clock, pid: setting.pid, print: out.line })
    const asked = { ...where(setting, options), options, isJournal: isJournal(word), say, told }
    const settings = askedFilter(asked, regex, ignoreregex)
    if ('code' in settings) return settings
    const trial = trialOf(settings, {
      checkAll: options.checkAll && !options.out,
      raw: options.raw,
      named: Boolean(options.out),
    })
    if ('code' in trial) return trial
    const encoding = options.encoding ?? localeEncoding(process.env)
    const log = logOf(setting, word, { ...settings, encoding, say })
    say('')
    const began = clock.monotonic()
    const findings = findingsOf(setting, out, { settings, options, trial })
    const reader = lineReader({
      settings,
      options,
      trial,
      clock,
      decoder: log.kind === 'bytes' ? log.decoder : undefined,
      encoding,
      told,
      log: word,
      findings,
    })
    await readAll(log, reader)
    const seconds = (clock.monotonic() - began) / 1000
    for (const text of findings.report(seconds)) out.line(text)
    out.flush()
    for (const note of findings.notes()) setting.terminal.err(`${note}\n`)
    return undefined
  } catch (thrown) {
    const fault = asFault(thrown, 'regex-command.failed')
    return { err: `fail2ban-regex: ${fault.message}`, code: fault.code.startsWith('file.') ? 255 : 1 }
  }
}

/** The folder that was asked for; where none was and there is no Fail2ban here, our own. */
function where({ world, stockFolder }: Setting, { config }: Options) {
  if (config !== undefined) return { world, folder: config, stock: undefined }
  const isThere = world.files.stat(FAIL2BAN_FOLDER)?.kind === 'folder'
  return { world, folder: isThere ? FAIL2BAN_FOLDER : stockFolder, stock: stockFolder }
}

async function readAll(log: Log, reader: LineReader): Promise<void> {
  switch (log.kind) {
    case 'bytes':
      await log.read(reader.buffer, reader.bytes)
      break
    case 'text':
      for (const line of log.lines) reader.line(line)
      break
    case 'journal':
      await log.read(reader.dated)
  }
}

/** As Python tells it: in small letters where the locale says nothing of UTF-8, which Python reads all the same. */
function localeEncoding(environment: Readonly<Record<string, string | undefined>>): string {
  const { LC_ALL, LC_CTYPE, LANG } = environment
  return /utf-?8/i.test(LC_ALL || LC_CTYPE || LANG || '') ? 'UTF-8' : 'utf-8'
}
