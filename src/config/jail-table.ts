/** The options of a jail as its filter and its actions see them, by `%(x)s` and by tags. */
import type { Option, Options } from './combined-options.ts'
import type { JailReader } from './jail-reader.ts'
import { JAIL_OPTIONS } from './known-options.ts'
import { pythonBool, pythonInt } from './python-values.ts'

export function jailTable(jail: JailReader): Options {
  const table = new Map<string, Option>()
  for (const [name, kind] of Object.entries(JAIL_OPTIONS)) {
    const value = jail.value(name)
    if (!value) continue
    const { text, at } = value
    table.set(name, { value: kind === 'int' ? pythonInt(text) : kind === 'bool' ? pythonBool(text) : text, at })
  }
  return table
}
