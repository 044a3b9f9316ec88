/**
 * How many lines in a row have the same date as the line before them, told from the bytes alone. A log line repeats the
 * second of the one before it, and fail2ban-regex counts a hit of a date template for every line: a search of each costs
 * ten times as much. In WebAssembly with SIMD; undefined where that is missing.
 */
import { assemble, type Routine } from '../../filter/assembler.ts'
import type { Steady } from '../../filter/date/choice.ts'

export interface SteadyScan {
  /** Most bytes that are looked at in one go. */
  readonly capacity: number
  /** The bytes that are looked at from now on: whole lines, each with its newline. */
  load(bytes: Uint8Array): void
  /** The lines from `at` on, at most to `end`, that are neither comments nor without the steady date. */
  run(at: number, end: number, steady: Steady): Run
}

export interface Run {
  readonly count: number
  /** The first line that is another one, or `end`. */
  readonly stop: number
}

const PAGE = 65536
const COUNT = 0
const WINDOW = 16
const MAX_WINDOW = 512
/** Vectors are read this far behind the last byte. */
const MARGIN = 64
const BUFFER = WINDOW + MAX_WINDOW
const VECTOR = 16

export function steadyScan(capacity: number): SteadyScan | undefined {
  const code = assemble([routine], Math.ceil((BUFFER + capacity + MAX_WINDOW + MARGIN) / PAGE))
  if (!WebAssembly.validate(code)) return undefined
  const { memory, steady: call } = new WebAssembly.Instance(new WebAssembly.Module(code)).exports
  const bytes = new Uint8Array(memory.buffer)
  const words = new Uint32Array(memory.buffer)
  let held = ''
  return {
    capacity,
    load: (more) => bytes.set(more, BUFFER),
    run(at, end, { window, mark }) {
      if (window.length < VECTOR || window.length > MAX_WINDOW) return { count: 0, stop: at }
      if (window !== held) Buffer.from(memory.buffer, WINDOW, MAX_WINDOW).write(window, 'latin1')
      held = window
      const stop = call(BUFFER + at, BUFFER + end, window.length - VECTOR, mark?.charCodeAt(0) ?? 0) - BUFFER
      return { count: words[COUNT / 4]!, stop }
    },
  }
}

/** What the program uses of the global WebAssembly, for which the Node types have no declaration. */
declare const WebAssembly: {
  validate(code: Uint8Array<ArrayBuffer>): boolean
  readonly Module: new (code: Uint8Array<ArrayBuffer>) => object
  readonly Instance: new (module: object) => { readonly exports: Exports }
}

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer }
  steady(from: number, end: number, last: number, mark: number): number
}

/** steady($p, $end, $last, $mark): `$last` is where the last vector of the window begins; `$mark` 0: the line's begin. */
const routine: Routine = {
  name: 'steady',
  parameters: ['p', 'end', 'last', 'mark'],
  result: true,
  locals: {
    ...{ q: 'i32', i: 'i32', bits: 'i32', count: 'i32' },
    ...{ newlines: 'v128', marks: 'v128', v: 'v128' },
  },
  body: `
    i32.const 10 i8x16.splat local.set $newlines
    local.get $mark i8x16.splat local.set $marks
    block $done
      loop $line
        local.get $p local.get $end i32.ge_u br_if $done
        local.get $p i32.load8_u i32.const 35 i32.eq br_if $done      ;; a comment
        local.get $p local.set $q
        local.get $mark
        if
          block $found
            loop $search
              local.get $q v128.load local.tee $v local.get $marks i8x16.eq
              local.get $v local.get $newlines i8x16.eq v128.or
              i8x16.bitmask local.tee $bits br_if $found
              local.get $q i32.const 16 i32.add local.tee $q local.get $end i32.lt_u br_if $search
            end
            br $done
          end
          local.get $q local.get $bits i32.ctz i32.add local.set $q
        end
        local.get $q local.get $last i32.add i32.const 16 i32.add local.get $end i32.gt_u br_if $done
        i32.const 0 local.set $i
        loop $compare
          local.get $q local.get $i i32.add v128.load
          local.get $i v128.load ${WINDOW}
          i8x16.eq i8x16.bitmask i32.const 65535 i32.ne br_if $done
          local.get $i local.get $last i32.ne
          if
            local.get $i i32.const 16 i32.add local.tee $i local.get $last i32.gt_u
            if
              local.get $last local.set $i
            end
            br $compare
          end
        end
        local.get $q local.get $last i32.add i32.const 16 i32.add local.set $q
        block $ended
          loop $search
            local.get $q v128.load local.get $newlines i8x16.eq i8x16.bitmask local.tee $bits br_if $ended
            local.get $q i32.const 16 i32.add local.tee $q local.get $end i32.lt_u br_if $search
          end
          br $done
        end
        local.get $q local.get $bits i32.ctz i32.add i32.const 1 i32.add local.tee $q
        local.get $end i32.gt_u br_if $done
        local.get $q local.set $p
        local.get $count i32.const 1 i32.add local.set $count
        br $line
      end
    end
    i32.const ${COUNT} local.get $count i32.store
    local.get $p`,
}
