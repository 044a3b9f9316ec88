/** A jail's `backend`: how its files are watched, or that it reads the journal, and which one. */
import { Fault, type Place } from '../base/fault.ts'
import { strip } from './ini.ts'
import { parseReference } from './list.ts'

export interface Backend {
  readonly name: string
  /** `systemd[journalpath=..., journalfiles="...", journalflags=1, namespace=...]` */
  readonly parameters: ReadonlyMap<string, string>
}

/** As Fail2ban has them. What is no journal and not `polling` means the same here: the kernel tells of changes. */
const NAMES: readonly string[] = ['auto', 'pyinotify', 'gamin', 'polling', 'systemd']

/** @throws Fault `config.bad-parameters` */
export function parseBackend(text: string): Backend {
  const { name, parameters } = parseReference(strip(text) || 'auto')
  return { name: strip(name).toLowerCase(), parameters }
}

/** A name that is none, as a misspelt one. */
export function unknownBackend(jail: string, { name }: Backend, at: Place): Fault | undefined {
  if (NAMES.includes(name)) return undefined
  return new Fault(
    'config.bad-backend',
    `jail ${jail}: there is no backend "${name}": its logs are read as with auto`,
    {
      at,
      hint: `write one of ${NAMES.join(', ')}`,
    },
  )
}
