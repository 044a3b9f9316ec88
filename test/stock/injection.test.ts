/** Whatever a client calls itself: the address that a stock filter finds is the real one, or there is none. */
import assert from 'node:assert/strict'
import { globSync } from 'node:fs'
import { basename } from 'node:path'
import { test } from 'node:test'
import { parseAddress, printNetwork } from '../../src/base/address.ts'
import { loadFilter } from '../../src/config/load-filter.ts'
import { textOf } from '../../src/filter/groups.ts'
import { type Trial, trial } from '../../src/filter/trial.ts'
import { realWorld } from '../../src/world/real.ts'
import { type Group, readSamples } from './sample.ts'

const VICTIM = '192.0.2.66'
/** What no name can hold there, by filter: the colon ends the name in HTTP's Basic credentials. */
const IMPOSSIBLE: Readonly<Record<string, RegExp>> = { 'nginx-http-auth': /:/g }
const NOW = Date.UTC(2026, 10, 23)

for (const file of globSync('config/filter.d/samples/*.log').sort()) {
  const name = basename(file, '.log')
  test(`R41 ${name}: no name makes it ban somebody else`, () => {
    const found = readSamples(file).flatMap((group) => banned(name, group))
    assert.deepEqual(found, [])
  })
}

/** The lines that a name turned against the victim. */
function banned(name: string, group: Group): readonly string[] {
  const filter = `${name}${group.options && `[${group.options.replace(/^([^=]+)=(.*)$/, '$1="$2"')}]`}`
  const tried = trial(loadFilter(realWorld(), ['config'], filter))
  return group.samples.flatMap(({ line, address }) => {
    const user = address && addressOf(tried, line)?.user
    // Where no name was told, or it is no word of its own, there is nothing to put another into.
    if (!address || !user || !/^\w{3,}$/.test(user) || line.includes(VICTIM)) return []
    return names(line, user, address)
      .map((evil) => evil.replaceAll(IMPOSSIBLE[name] ?? /$^/g, ''))
      .map((evil) => line.replaceAll(user, () => (line.startsWith('{') ? escaped(evil) : evil)))
      .filter((forged) => addressOf(tried, forged)?.address === VICTIM)
  })
}

function addressOf(tried: Trial, line: string): { readonly address: string; readonly user: string } | undefined {
  const failure = tried.try(line, NOW).matches[0]?.failure
  if (!failure) return undefined
  const network = parseAddress(failure.id)
  const { user = '' } = failure.fields
  return { address: network ? printNetwork(network) : failure.id, user: textOf(user) }
}

/** Names that hold the line's own parts, with the victim's address in the place of the client's. */
function names(line: string, user: string, address: string): readonly string[] {
  const at = line.indexOf(user)
  const mask = (text: string) => text.replaceAll(address, VICTIM)
  const [before, after] = [mask(line.slice(0, at)), mask(line.slice(at + user.length))]
  const plain = [
    `x${after}`,
    `x${after} ${before}y`,
    `x${after}${before}y`,
    mask(line),
    `x from ${VICTIM} port 22 ssh2`,
  ]
  const marks = [`x [${VICTIM}] y`, `x rip=${VICTIM}, lip=1.2.3.4`, `x rhost=${VICTIM}  user=y`, `'x'@'${VICTIM}'`]
  return [...plain, ...marks].flatMap((text) => [text, `\r${text}\u2028`, `"'>)]}${text}`])
}

/** As a JSON log writes it. */
function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}
