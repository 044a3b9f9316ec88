/** What stats, chart and report ask, by the options that they have in common (`askedOptions`): opened once, asked often. */
import { Fault } from '../../../base/fault.ts'
import type { Places } from '../../../place/places.ts'
import { type AddressList, readList } from '../../../statistics/list.ts'
import type { Question } from '../../../statistics/question.ts'
import { hourByWeekday, overTime } from '../../../statistics/series.ts'
import { type Asked, askAll } from '../../../statistics/statistics.ts'
import type { By, Series, State, Table, Unit, Week } from '../../../statistics/table.ts'
import { zoneOf } from '../../../statistics/zone.ts'
import type { HistoryCounts } from '../../../store/statistics/counts.ts'
import { openCounts } from '../../../store/statistics/open-counts.ts'
import type { EpochMs } from '../../../world/clock.ts'
import type { Setting } from '../../setting.ts'
import { parseSince } from '../../since.ts'
import { openGeo } from '../geo/open-geo.ts'
import { lookupProgress } from './lookup-progress.ts'

export interface AskedOptions {
  readonly jail?: string
  readonly since?: string
  readonly from?: string
  readonly to?: string
  readonly state?: State
  readonly unit?: Unit
  readonly ipsFile?: string
  readonly geo: 'offline' | 'ipinfo'
  readonly ipinfoTokenFile?: string
  readonly ipinfoUrl?: string
  /** Where history is kept. */
  readonly history: string
}

export interface OpenAsked {
  readonly now: EpochMs
  /** Of this host: an IANA name. */
  readonly zone: string
  /** undefined: a list is asked. */
  readonly history: HistoryCounts | undefined
  /** undefined: the history is asked. */
  readonly list: AddressList | undefined
  readonly places: Places
  /** The question of these options by something. */
  question(by: By, change?: Partial<Question>): Question
  /** Tables of one moment, in the order asked for. @throws Fault `statistics.*`, those of Database */
  tables(questions: readonly Question[]): Promise<readonly Table[]>
  /** Of the history alone. @throws Fault `statistics.not-held` for a list */
  overTime(change?: Partial<Question>): Series
  hourByWeekday(change?: Partial<Question>): Week
  close(): void
}

/**
 * @throws Fault `cli.bad-time`, `statistics.bad-period`, `statistics.not-held`, `statistics.no-history`, `statistics.foreign`, `statistics.newer-schema`,
 * `file.*`, and those of `openPlaces`
 */
export async function openAsked(setting: Setting, options: AskedOptions): Promise<OpenAsked> {
  const { world, terminal } = setting
  const now = world.clock.now()
  const period = periodOf(options, now)
  if (options.ipsFile !== undefined && hasPeriod(options)) throw timeless()
  const list = options.ipsFile === undefined ? undefined : await listOf(setting, options.ipsFile)
  const history = list ? undefined : openCounts(world.files, options.history)
  const places = await openGeo(setting, { ...options, state: options.history }).catch((thrown) => {
    history?.close()
    throw thrown
  })
  const zone = hostZone()
  const progress = lookupProgress(terminal)
  const source = history ? { history } : { addresses: list?.addresses ?? [] }
  const asked: Asked = { ...source, places, onProgress: progress }
  const question = (by: By, change: Partial<Question> = {}): Question => ({
    ...base(options, by, list !== undefined),
    ...{ by, period, isNow: options.to === undefined, zone, jail: options.jail },
    ...change,
  })
  const held = () => {
    if (history) return history
    throw timeless()
  }
  return {
    ...{ now, zone, history, list, places, question },
    tables: (questions) => askAll(questions, asked),
    overTime: (change) => overTime(question('day', change), held()),
    hourByWeekday: (change) => hourByWeekday(question('day', change), held()),
    close() {
      history?.close()
      places.close()
    },
  }
}

function base(options: AskedOptions, by: By, isList: boolean): Pick<Question, 'unit' | 'state'> {
  // Each address stands for itself once: what differs is how often it was banned.
  const unit = options.unit ?? (isList ? 'lines' : by === 'ip' ? 'bans' : 'ips')
  return { unit, state: options.state ?? (unit === 'ips' && !hasPeriod(options) && !isList ? 'active' : 'all') }
}

function hasPeriod({ since, from, to }: AskedOptions): boolean {
  return (since ?? from ?? to) !== undefined
}

function timeless(): Fault {
  return new Fault('statistics.not-held', 'a list of addresses has no times', {
    hint: 'without --ips-file the history is asked',
  })
}

function periodOf({ since, from, to }: AskedOptions, now: EpochMs): Question['period'] {
  const begin = since ?? from
  const period = {
    from: begin === undefined ? undefined : parseSince(begin, now),
    to: to === undefined ? now : parseSince(to, now),
  }
  if (period.from !== undefined && period.from >= period.to)
    throw new Fault('statistics.bad-period', `${begin} is not before ${to ?? 'now'}`, {
      hint: 'the span goes from --from (or --since) to --to, or to now',
    })
  return period
}

async function listOf({ world, input }: Setting, file: string): Promise<AddressList> {
  return readList(file === '-' ? input() : world.files.stream(file))
}

/** TZ may say what is no zone of IANA's. */
function hostZone(): string {
  return zoneOf(new Intl.DateTimeFormat().resolvedOptions().timeZone).name
}
