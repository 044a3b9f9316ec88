/** `rampart metrics`: what the guard counts, as Prometheus reads it. */
import { ask, askMetrics } from '../../control/client.ts'
import { printJson } from '../print.ts'
import type { Setting } from '../setting.ts'

export async function metrics(
  { terminal }: Setting,
  options: { readonly socket: string; readonly json?: boolean; readonly openmetrics?: boolean },
): Promise<number> {
  if (options.json) terminal.out(printJson(await ask(options.socket, { verb: 'metrics' })))
  else
    terminal.out(await askMetrics(options.socket, options.openmetrics ? 'application/openmetrics-text' : 'text/plain'))
  return 0
}
