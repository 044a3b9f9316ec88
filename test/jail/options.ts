/** A jail as tests have it: three failures within ten minutes, a minute's ban. */
import { type JailOptions, NO_INCREMENT, NO_NETWORKS } from '../../src/jail/jail-options.ts'

export const OPTIONS: JailOptions = {
  name: 'test',
  maxretry: 3,
  findtime: 600,
  bantime: 60,
  maxmatches: 3,
  increment: NO_INCREMENT,
  networks: NO_NETWORKS,
  ignoreip: [],
  ignoreself: true,
  ignorecommand: undefined,
  ignorecache: undefined,
}
