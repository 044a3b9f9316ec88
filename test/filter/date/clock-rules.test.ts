/** What time counts for a failure. The rows were compared with the installed Fail2ban, in operation and not. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ClockState, type ClockWarning, timeOf } from '../../../src/filter/date/clock-rules.ts'

const NOW = 1795366800
const FINDTIME = 600

interface Step {
  /** Seconds from NOW. */
  readonly now?: number
  /** The line's date, seconds from NOW; left out: it has none. */
  readonly found?: number
  /** What counts, seconds from NOW; left out: the line is left out. */
  readonly counts?: number
  readonly warns?: ClockWarning
}

const ROWS: readonly { readonly says: string; readonly live?: boolean; readonly steps: readonly Step[] }[] = [
  {
    says: 'a date near now counts as it stands',
    live: true,
    steps: [
      { found: -5, counts: -5 },
      { found: -60, counts: -60 },
    ],
  },
  {
    says: 'a date more than a minute back counts as now, with one warning',
    live: true,
    steps: [
      { found: -61, counts: 0, warns: 'off' },
      { found: -3600, counts: 0 },
    ],
  },
  {
    says: 'a date more than a minute ahead counts as now',
    live: true,
    steps: [{ found: 61, counts: 0, warns: 'off' }],
  },
  { says: 'a date a little ahead counts as now, without a warning', live: true, steps: [{ found: 60, counts: 0 }] },
  {
    says: 'parts of a second do not make a minute longer',
    live: true,
    steps: [
      { now: 0.5, found: -60, counts: -60 },
      { now: 0.9, found: 61, counts: 0.9 },
    ],
  },
  {
    says: 'a warning comes again after a day',
    live: true,
    steps: [
      { found: -100, counts: 0, warns: 'off' },
      { now: 86399, found: 0, counts: 86399 },
      { now: 86400, found: 0, counts: 86400, warns: 'off' },
    ],
  },
  {
    says: 'a line without a date belongs to the one before',
    live: true,
    steps: [{ found: -5, counts: -5 }, { counts: -5 }, { now: 54, counts: -5 }],
  },
  {
    says: 'a known date is forgotten after a minute',
    live: true,
    steps: [
      { found: -5, counts: -5 },
      { now: 55, counts: 55, warns: 'no date' },
      { now: 56, counts: 56 },
    ],
  },
  {
    says: 'what was taken for now is the known date',
    live: true,
    steps: [
      { found: -100, counts: 0, warns: 'off' },
      { now: 10, counts: 0 },
    ],
  },
  { says: 'a line without a date and nothing before it is now', live: true, steps: [{ counts: 0, warns: 'no date' }] },
  {
    says: 'while catching up, a date counts as it stands',
    live: false,
    steps: [
      { found: -599, counts: -599 },
      { found: -600, counts: -600 },
    ],
  },
  {
    says: 'while catching up, what is older than the findtime is left out',
    live: false,
    steps: [{ found: -601, warns: 'old' }, { found: -602 }],
  },
  { says: 'while catching up, the future is now', live: false, steps: [{ found: 3600, counts: 0 }] },
  {
    says: 'while catching up, a line of unknown age is left out',
    live: false,
    steps: [{}, { found: -5, counts: -5 }, { counts: -5 }, { now: 55 }],
  },
  {
    says: 'where it is not known whether the line is new, no date is now',
    steps: [{ counts: 0 }, { found: -601, warns: 'old' }, { found: 60, counts: 0 }],
  },
]

for (const { says, live, steps } of ROWS) {
  test(says, () => {
    const state: ClockState = {}
    for (const { now = 0, found, counts, warns } of steps) {
      const at = (seconds: number | undefined) => (seconds === undefined ? undefined : (NOW + seconds) * 1000)
      assert.equal(timeOf(state, { found: at(found), now: at(now)!, findtime: FINDTIME, live }), at(counts))
      assert.equal(state.due, warns)
      state.due = undefined
    }
  })
}
