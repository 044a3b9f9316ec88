/** What a caller sends, taken for hostile: a Command's shape is looked at here, its values where each is used. */
import { Fault } from '../base/fault.ts'
import type { Command } from './command.ts'

/** @throws Fault `control.bad-command` */
export function parseCommand(text: string): Command {
  try {
    const value: unknown = isFlat(text) ? JSON.parse(text) : undefined
    if (isCommand(value)) return value
  } catch {
    // Told below.
  }
  throw new Fault('control.bad-command', 'the message is not a command')
}

/** Objects and lists in a message. A command has two or three; a megabyte of them would take forty in memory. */
const MAX_BRACKETS = 64
const [QUOTE, BACKSLASH, BRACKET, BRACE] = [0x22, 0x5c, 0x5b, 0x7b] as const

function isFlat(text: string): boolean {
  let brackets = 0
  for (let at = 0; at < text.length && brackets <= MAX_BRACKETS; at++) {
    const code = text.charCodeAt(at)
    if (code === BRACKET || code === BRACE) brackets++
    else if (code === QUOTE) at = endOfString(text, at)
  }
  return brackets <= MAX_BRACKETS
}

/** Where the string that begins at `start` ends; the text's end if it does not. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let escapes = 0
    while (text.charCodeAt(end - 1 - escapes) === BACKSLASH) escapes++
    if (escapes % 2 === 0) return end
  }
  return text.length
}

/** Verbs about addresses. */
const NAMING: ReadonlySet<string> = new Set(['ban', 'unban', 'spare'])

function isCommand(value: unknown): value is Command {
  if (typeof value !== 'object' || value === null || !('verb' in value)) return false
  const texts = ['verb', 'jail', 'lasts', 'reason', 'address', 'bans'] as const
  const given = value as Record<string, unknown>
  if (!texts.every((name) => given[name] === undefined || typeof given[name] === 'string')) return false
  if (given['keep'] !== undefined && typeof given['keep'] !== 'boolean') return false
  if (given['verb'] === 'import' && given['bans'] === undefined) return false
  const { addresses } = given
  if (addresses === undefined) return !NAMING.has(String(given['verb']))
  return Array.isArray(addresses) && addresses.every((one) => typeof one === 'string')
}
