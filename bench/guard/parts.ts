/** The parts of the benchmark, each with a guard (and a Fail2ban) of its own. */
import { answers } from './answers.ts'
import { benign } from './benign.ts'
import { client } from './client.ts'
import { flood } from './flood.ts'
import { idle } from './idle.ts'
import { jails } from './jails.ts'
import { latency } from './latency.ts'
import type { Part } from './measured.ts'
import { million } from './million.ts'
import { rate } from './rate.ts'
import { restart } from './restart.ts'
import { sources } from './sources.ts'
import { storm } from './storm.ts'

export const PARTS: Readonly<Record<string, Part>> = {
  memory: idle,
  answers,
  client,
  cpu: benign,
  jails,
  latency,
  flood,
  storm,
  restart,
  million,
  rate,
  sources,
}
