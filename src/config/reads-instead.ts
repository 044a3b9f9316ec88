/** A jail whose logs nobody writes on this host, and what it reads in their place. */
import { KERNEL } from './discover.ts'
import type { JailSettings } from './settings.ts'

/** What is to be told of it; undefined where it reads what its section names. */
export function readsInstead({ name, logs, unwritten }: JailSettings): string | undefined {
  if (unwritten.length === 0) return undefined
  const what = logs.some(({ path }) => path === KERNEL) ? `the kernel's log itself (${KERNEL})` : 'the journal'
  return `jail ${name} reads ${what}: nobody writes ${unwritten.join(', ')} here`
}
