/** The journal's entries as lines with their time beside them, read by journalctl once from its begin to its end. */
import { Fault } from '../../base/fault.ts'
import { type Entry, ExportReader } from '../../source/export-format.ts'
import { entryLine, LINE_FIELDS } from '../../source/journal-line.ts'
import type { EpochMs } from '../../world/clock.ts'
import type { Run } from '../../world/run.ts'

export interface JournalChoice {
  /** A backend's options: `journalpath`, `journalfiles`, `namespace`. */
  readonly parameters: ReadonlyMap<string, string>
  readonly journalmatch: readonly string[]
}

const MAX_LINE_BYTES = 64 * 1024
const decoder = new TextDecoder()

/** @throws Fault `log.journal` where journalctl fails */
export async function journalLines(
  run: Run,
  choice: JournalChoice,
  tell: (line: string, time: EpochMs) => void,
): Promise<void> {
  const reader = new ExportReader(LINE_FIELDS, MAX_LINE_BYTES, (entry) => {
    const line = textOf(entry)
    if (line) tell(line.text, line.time)
  })
  let complaint = ''
  const child = run.start(['journalctl', '--output=export', '--no-pager', ...argumentsOf(choice)], {
    onOut: (bytes) => reader.push(bytes),
    onErr: (bytes) => {
      complaint += decoder.decode(bytes).slice(0, 1000 - complaint.length)
    },
  })
  child.endInput()
  const code = await child.ended
  if (code === 127) throw new Fault('log.journal', 'there is no journalctl on this machine')
  if (code !== 0) throw new Fault('log.journal', `journalctl failed: ${complaint.trim()}`)
}

function argumentsOf({ parameters, journalmatch }: JournalChoice): string[] {
  const folder = parameters.get('journalpath')
  const files = parameters.get('journalfiles')?.split(/[\s,]+/) ?? []
  const namespace = parameters.get('namespace')
  const matches = journalmatch.flatMap((line, index) => [...(index > 0 ? ['+'] : []), ...line.split(/\s+/)])
  return [
    ...(folder === undefined ? [] : [`--directory=${folder}`]),
    ...files.filter((file) => file !== '').map((file) => `--file=${file}`),
    ...(namespace === undefined ? [] : [`--namespace=${namespace}`]),
    ...matches.filter((word) => word === '+' || /^[A-Z_][A-Z0-9_]*=/.test(word)),
  ]
}

/** Without the stamp that stands before it. */
function textOf(entry: Entry): { readonly text: string; readonly time: EpochMs } | undefined {
  const line = entryLine(entry, MAX_LINE_BYTES)
  if (!line) return undefined
  const text = decoder.decode(line.bytes.subarray(0, -1))
  const blank = text.indexOf(' ')
  const time = Date.parse(text.slice(0, blank))
  return Number.isNaN(time) ? undefined : { text: text.slice(blank + 1), time }
}
