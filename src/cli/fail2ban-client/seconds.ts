/** How many seconds a duration is, as `--str2sec` prints it. */
import { exactDuration } from '../../base/duration.ts'
import { asFault, type Fault } from '../../base/fault.ts'
import { repr } from '../../base/python-repr.ts'

export interface InSeconds {
  readonly printed: string
  readonly value?: number
  readonly fault?: Fault
}

export function inSeconds(text: string): InSeconds {
  try {
    const { value, isWhole } = exactDuration(text)
    return { printed: `${repr(isWhole ? value : { float: value })}\n`, value: Number(value) }
  } catch (thrown) {
    return { printed: 'ERROR: this is no duration\n', fault: asFault(thrown, 'duration.bad') }
  }
}
