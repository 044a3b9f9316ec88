/**
 * The scan's inner loop in WebAssembly. For 16 places of the chunk at a time: the low and the high half of each of
 * three bytes choose, from six tables of 16 entries, the groups of literals that have such a byte there; a place where
 * one group remains through all six is looked up by its bytes and compared in full. Known as "Teddy" (Hyperscan);
 * written here from the idea. A hit is told as its line, with the literals found in it.
 */
import type { Routine } from './assembler.ts'

/** Addresses in the module's memory, in bytes. */
export interface Layout {
  /** Six tables of 16 bytes: low half of the first byte, high half of the first, low of the second ... */
  readonly tables: number
  /** Heads of the chains of literals by the hash of their window's 1, 2 or 3 bytes; 16 bits each, 0 is none. */
  readonly heads: Readonly<Record<1 | 2 | 3, number>>
  /** Window lengths that occur among the literals. */
  readonly windows: readonly (1 | 2 | 3)[]
  /** Literals, numbered from 1, LITERAL_BYTES each. */
  readonly literals: number
  /** One word: the number of the last line that had a hit. */
  readonly stamp: number
  /** One word: where the told lines end. */
  readonly toldEnd: number
  /** Told lines: start, end, n, and n literals; words. */
  readonly told: number
  /** There is room for one more line with all literals behind this address. */
  readonly toldLimit: number
}

/** A literal's words: its bytes (their case masks behind them), length, window's place, next in chain, last stamp. */
export const LITERAL_BYTES = 32
export const LITERAL = { bytes: 0, length: 4, window: 8, next: 12, stamp: 16 } as const

/** Chains are found by 12 bits. */
export const HEADS = 4096
const HASH = 0x9e3779b1

/** The chain of a window, given as its bytes in little-endian order, upper and lower case alike. */
export function headOf(window: number): number {
  return Math.imul(window, HASH) >>> 20
}

/** 0x20 for each byte of a window of this length. */
export function foldOf(window: 1 | 2 | 3): number {
  return 0x202020 >>> (8 * (3 - window))
}

export function scanRoutines(layout: Layout): readonly Routine[] {
  return [scan(layout), lineStart, lineEnd, newlines]
}

/** scan($from, $end): tells lines until all are told ($end is returned) or there is no room (the place to go on). */
function scan(at: Layout): Routine {
  return {
    name: 'scan',
    parameters: ['from', 'end'],
    result: true,
    locals: {
      ...{ place: 'i32', bits: 'i32', window: 'i32', literal: 'i32', entry: 'i32', start: 'i32', length: 'i32' },
      ...{ bytes: 'i32', j: 'i32', told: 'i32', head: 'i32', stop: 'i32', stamp: 'i32', p: 'i32' },
      ...{ low0: 'v128', high0: 'v128', low1: 'v128', high1: 'v128', low2: 'v128', high2: 'v128' },
      ...{ found: 'v128', v: 'v128', half: 'v128', zero: 'v128' },
    },
    body: `
      ${['low0', 'high0', 'low1', 'high1', 'low2', 'high2']
        .map((table, index) => `i32.const ${at.tables + 16 * index} v128.load local.set $${table}`)
        .join('\n')}
      i32.const 15 i8x16.splat local.set $half
      i32.const ${at.told} local.set $told
      i32.const ${at.stamp} i32.load local.set $stamp
      local.get $from local.set $p
      local.get $from local.set $stop        ;; end of the line that was told last
      block $done
        loop $next
          local.get $p local.get $end i32.ge_u br_if $done
          ${groups(0)} ${groups(1)} v128.and ${groups(2)} v128.and
          local.tee $found v128.any_true
          if
            local.get $found local.get $zero i8x16.ne i8x16.bitmask local.set $bits
            loop $bit
              local.get $p local.get $bits i32.ctz i32.add local.set $place
              local.get $bits local.get $bits i32.const 1 i32.sub i32.and local.set $bits
              local.get $place i32.load local.set $window
              ${at.windows.map((length) => lookUp(at, length)).join('\n')}
              local.get $bits br_if $bit
            end
          end
          local.get $p i32.const 16 i32.add local.set $p
          br $next
        end
      end
      ${finish(at)}
      local.get $end`,
  }
}

/** The groups that allow byte `index` of the 16 windows. */
function groups(index: 0 | 1 | 2): string {
  return `
    local.get $low${index}  local.get $p v128.load ${index} local.tee $v local.get $half v128.and  i8x16.swizzle
    local.get $high${index} local.get $v i32.const 4 i8x16.shr_u  i8x16.swizzle
    v128.and`
}

/** Follows the chain of literals whose window has this length, and compares each in full. */
function lookUp(at: Layout, length: 1 | 2 | 3): string {
  return `
    local.get $window i32.const ${2 ** (8 * length) - 1} i32.and i32.const ${foldOf(length)} i32.or
    i32.const ${HASH | 0} i32.mul i32.const 20 i32.shr_u
    i32.const 1 i32.shl i32.load16_u ${at.heads[length]}
    local.tee $literal
    if
      loop $chain
        local.get $literal i32.const ${Math.log2(LITERAL_BYTES)} i32.shl i32.const ${at.literals} i32.add local.set $entry
        local.get $place local.get $entry i32.load ${LITERAL.window} i32.sub local.set $start
        local.get $entry i32.load ${LITERAL.length} local.set $length
        block $miss
          local.get $start local.get $from i32.lt_u br_if $miss
          local.get $start local.get $length i32.add local.get $end i32.gt_u br_if $miss
          local.get $entry i32.load ${LITERAL.bytes} local.set $bytes
          i32.const 0 local.set $j
          loop $compare
            local.get $start local.get $j i32.add i32.load8_u
            local.get $bytes local.get $j i32.add local.get $length i32.add i32.load8_u  i32.or  ;; the case mask
            local.get $bytes local.get $j i32.add i32.load8_u
            i32.ne br_if $miss
            local.get $j i32.const 1 i32.add local.tee $j local.get $length i32.lt_u br_if $compare
          end
          ${hit(at)}
        end
        local.get $entry i32.load ${LITERAL.next} local.tee $literal br_if $chain
      end
    end`
}

/** Opens a line if the hit is not in the one that was told last; adds the literal unless it is told already. */
function hit(at: Layout): string {
  return `
    local.get $start local.get $stop i32.ge_u
    if
      local.get $start local.get $stop call $lineStart local.set $start
      local.get $told i32.const ${at.toldLimit} i32.gt_u
      if
        ${finish(at)}
        local.get $start return
      end
      local.get $told local.tee $head local.get $start i32.store
      local.get $start local.get $end call $lineEnd local.set $stop
      local.get $told local.get $stop i32.store 4
      local.get $told i32.const 0 i32.store 8
      local.get $told i32.const 12 i32.add local.set $told
      local.get $stamp i32.const 1 i32.add local.set $stamp
    end
    local.get $entry i32.load ${LITERAL.stamp} local.get $stamp i32.ne
    if
      local.get $entry local.get $stamp i32.store ${LITERAL.stamp}
      local.get $told local.get $literal i32.store
      local.get $told i32.const 4 i32.add local.set $told
      local.get $head local.get $head i32.load 8 i32.const 1 i32.add i32.store 8
    end`
}

function finish(at: Layout): string {
  return `
    i32.const ${at.stamp} local.get $stamp i32.store
    i32.const ${at.toldEnd} local.get $told i32.store`
}

/** lineStart($p, $floor): behind the last newline before $p, at least $floor. Reads up to 16 bytes before $floor. */
const lineStart: Routine = {
  name: 'lineStart',
  parameters: ['p', 'floor'],
  result: true,
  locals: { bits: 'i32', newline: 'v128' },
  body: `
    i32.const 10 i8x16.splat local.set $newline
    block $none
      loop $next
        local.get $p local.get $floor i32.le_u br_if $none
        local.get $p i32.const 16 i32.sub local.tee $p v128.load local.get $newline i8x16.eq i8x16.bitmask local.tee $bits
        i32.eqz br_if $next
      end
      local.get $p i32.const 32 i32.add local.get $bits i32.clz i32.sub local.tee $p
      local.get $floor i32.lt_u br_if $none
      local.get $p return
    end
    local.get $floor`,
}

/** lineEnd($p, $end): the first newline at or behind $p, or $end. Reads up to 15 bytes behind $end. */
const lineEnd: Routine = {
  name: 'lineEnd',
  parameters: ['p', 'end'],
  result: true,
  locals: { bits: 'i32', newline: 'v128' },
  body: `
    i32.const 10 i8x16.splat local.set $newline
    block $none
      loop $next
        local.get $p local.get $end i32.ge_u br_if $none
        local.get $p v128.load local.get $newline i8x16.eq i8x16.bitmask local.set $bits
        local.get $bits
        if
          local.get $p local.get $bits i32.ctz i32.add local.tee $p local.get $end i32.gt_u br_if $none
          local.get $p return
        end
        local.get $p i32.const 16 i32.add local.set $p
        br $next
      end
    end
    local.get $end`,
}

/** newlines($p, $end): how many there are. The last step covers fewer than 16 bytes. */
const newlines: Routine = {
  name: 'newlines',
  parameters: ['p', 'end'],
  result: true,
  locals: { count: 'i32', newline: 'v128' },
  body: `
    i32.const 10 i8x16.splat local.set $newline
    block $rest
      loop $next
        local.get $p i32.const 16 i32.add local.get $end i32.gt_u br_if $rest
        local.get $p v128.load local.get $newline i8x16.eq i8x16.bitmask i32.popcnt
        local.get $count i32.add local.set $count
        local.get $p i32.const 16 i32.add local.set $p
        br $next
      end
    end
    local.get $p v128.load local.get $newline i8x16.eq i8x16.bitmask
    i32.const 1 local.get $end local.get $p i32.sub i32.shl i32.const 1 i32.sub i32.and i32.popcnt
    local.get $count i32.add`,
}
