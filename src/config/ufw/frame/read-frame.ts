/** The Frame of this host: its before.rules and after.rules, or our own where it has none. */
import { asFault, type Fault } from '../../../base/fault.ts'
import type { World } from '../../../world/world.ts'
import { serviceLookup } from '../../service-lookup.ts'
import type { UfwPaths } from '../paths.ts'
import { type CompiledFrame, compileFrame, type FrameFile } from './compile-frame.ts'
import type { Names } from './option.ts'
import { stockFrame } from './stock.ts'

/**
 * Never throws: what cannot be read or compiled is among the faults, each with file and line, and then there is no frame.
 * @param families IPv6's files are not read where UFW leaves IPv6 alone
 */
export function readFrame(
  world: World,
  paths: Pick<UfwPaths, 'beforeRules' | 'afterRules'>,
  families: readonly (4 | 6)[] = [4, 6],
): CompiledFrame {
  const files: FrameFile[] = []
  const faults: Fault[] = []
  for (const family of families) {
    for (const when of ['before', 'after'] as const) {
      const path = paths[`${when}Rules`][family]
      try {
        files.push({ family, path, text: textOf(world, path) ?? stockFrame(when, family) })
      } catch (thrown) {
        faults.push(asFault(thrown, 'frame.unreadable'))
      }
    }
  }
  const compiled = compileFrame(files, namesOf(world))
  if (faults.length === 0) return compiled
  return { ...compiled, frame: undefined, faults: [...faults, ...compiled.faults] }
}

/** Our own, whatever the host's files say. */
export function readStockFrame(world: World, families: readonly (4 | 6)[] = [4, 6]): CompiledFrame {
  const files = families.flatMap((family) =>
    (['before', 'after'] as const).map((when) => ({
      family,
      path: `stock ${when}.rules`,
      text: stockFrame(when, family),
    })),
  )
  return compileFrame(files, namesOf(world))
}

/** undefined: there is no such file. */
function textOf(world: World, path: string): string | undefined {
  return world.files.stat(path) ? world.files.text(path) : undefined
}

/** Read where a rule names one, once. */
function namesOf(world: World): Names {
  let services: Names['services'] | undefined
  return {
    services: (name) => {
      services ??= serviceLookup(world)
      return services(name)
    },
    user: (name) => idOf(world, '/etc/passwd', name),
    group: (name) => idOf(world, '/etc/group', name),
  }
}

/** Source: passwd(5), group(5). */
function idOf(world: World, path: string, name: string): number | undefined {
  try {
    const fields = world.files
      .text(path)
      .split('\n')
      .map((line) => line.split(':'))
    const id = fields.find(([first]) => first === name)?.[2]
    return id !== undefined && /^\d{1,10}$/.test(id) ? Number(id) : undefined
  } catch {
    return undefined
  }
}
