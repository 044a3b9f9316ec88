/** What a jail's settings say about logs, as source/ takes it. */
import type { JailSettings } from '../config/settings.ts'
import type { Wanted } from '../source/source.ts'

export interface WantedLog {
  /** As `status` shows it while nothing has been read: the path or pattern, `journal:NAME`, `kmsg`. */
  readonly name: string
  readonly wanted: Wanted
}

export function wantedBy({ name, backend, logs, filter, options }: JailSettings): WantedLog[] {
  if (/^systemd\b/.test(backend)) {
    const matches = filter.journalmatch.flatMap((words, i) => [...(i > 0 ? ['+'] : []), ...words.trim().split(/\s+/)])
    // A journal may hold years: what is older than findtime would not count anyway.
    const wanted = { kind: 'journal', name, choice: { matches }, start: 'end', backSeconds: options.findtime } as const
    return [{ name: `journal:${name}`, wanted }]
  }
  return logs.map(({ path, tail }) => {
    const start = tail ? 'end' : 'begin'
    if (path === '/dev/kmsg') return { name: 'kmsg', wanted: { kind: 'kernel', start: 'end' } }
    return { name: path, wanted: { kind: 'file', pattern: path, start } }
  })
}
