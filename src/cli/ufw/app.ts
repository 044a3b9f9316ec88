/** `ufw app list` and `ufw app info`: names for ports. */
import { Fault } from '../../base/fault.ts'
import { printable } from '../../base/printable.ts'
import type { Profile } from '../../config/ufw/profile.ts'

type Profiles = ReadonlyMap<string, Profile>

export function printProfileNames(profiles: Profiles): string {
  return `Available applications:\n${[...profiles.keys()].map((name) => `  ${printable(name)}\n`).join('')}`
}

/**
 * @param name of a profile as it is spelled, or `all`
 * @throws Fault `ufw.profile`
 */
export function printProfiles(profiles: Profiles, name: string): string {
  return chosen(profiles, name).map(printProfile).join('\n--\n\n')
}

/** What `--json` prints of them. */
export function profilesJson(profiles: Profiles, name = 'all'): { readonly profiles: readonly Profile[] } {
  return {
    profiles: chosen(profiles, name).map(({ name, title, description, ports }) => ({
      name,
      title,
      description,
      ports,
    })),
  }
}

function chosen(profiles: Profiles, given: string): readonly Profile[] {
  // Source: the installed ufw finds `[OpenSSH]` and `'OpenSSH'`.
  const name = given.replace(/^[[\]']+|[[\]']+$/g, '')
  if (name === 'all') return [...profiles.values()]
  const profile = profiles.get(name)
  if (profile) return [profile]
  throw new Fault('ufw.profile', isName(name) ? `Could not find profile '${name}'` : 'Invalid profile name')
}

/** No number either. Source: what the installed ufw takes for one. */
function isName(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9 _.+-]*$/.test(text) && !/^\d+(?:_\d+)* *$/.test(text)
}

function printProfile({ name, title, description, ports }: Profile): string {
  const lines = ports.map((port) => `  ${printable(port)}\n`).join('')
  // Several protocols are several ports, and so is a list, but no range.
  const isOne = ports.length === 1 && !ports[0]!.includes(',')
  return [
    `Profile: ${printable(name)}\n`,
    `${wrapped(`Title: ${title}`)}\n`,
    `${wrapped(`Description: ${description}`)}\n\n`,
    `${isOne ? 'Port' : 'Ports'}:\n${lines}`,
  ].join('')
}

/** A line is ended where it and the next word, without the blank between them, would be as long as this. Source: the installed ufw. */
const FULL = 75

/** Blanks stay as they stand; a long word is not broken. */
function wrapped(text: string): string {
  const words = text.split(' ')
  let result = words[0]!
  let length = widthOf(lastLine(result))
  for (const word of words.slice(1)) {
    const isFull = length + widthOf(word.split('\n', 1)[0]!) >= FULL
    result += `${isFull ? '\n' : ' '}${word}`
    length = isFull || word.includes('\n') ? widthOf(lastLine(word)) : length + 1 + widthOf(word)
  }
  return result.split('\n').map(printableButTabs).join('\n')
}

function lastLine(text: string): string {
  return text.slice(text.lastIndexOf('\n') + 1)
}

/** In characters, not in UTF-16's halves of them. */
function widthOf(text: string): number {
  return [...text].length
}

function printableButTabs(line: string): string {
  return line.split('\t').map(printable).join('\t')
}
