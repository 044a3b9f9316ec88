/**
 * The spots of a program as two functions that bash and zsh both read. They work on variables of who calls them: `spot`; `place`,
 * how many values have stood there; `wants`, the source of the value that an option wants; `values` and `offers`, what may come.
 */
import { printSource } from './print-source.ts'
import type { Offered, Spot } from './spot.ts'

/** @param offer how a word that is offered is written, unquoted */
export function posixTable(program: string, spots: readonly Spot[], offer: (offered: Offered) => string): string {
  const name = program.replaceAll('-', '_')
  return `
_rampart_word_${name}() {
  case "$spot $1" in
${spots.flatMap(wordLines).join('\n')}
    *' -'*) ;;
    *) _rampart_value_${name} ;;
  esac
}

_rampart_value_${name}() {
  case "$spot $place" in
${spots.flatMap(intoLines).join('\n')}
    *) place=$((place + 1)) ;;
  esac
}

_rampart_offers_${name}() {
  case $spot in
${spots
  .filter(({ words }) => words.length > 0)
  .map((spot) => `    ${spot.name})\n      offers=(${offersOf(spot, offer)}\n      ) ;;`)
  .join('\n')}
  esac
  case "$spot $place" in
${spots.flatMap(valueLines).join('\n')}
  esac
}
`.replaceAll(/\n\n+(?= {4}| {2}esac)/g, '\n')
}

/** An option that nothing follows changes nothing. */
function wordLines({ name, words }: Spot): readonly string[] {
  return words
    .filter(({ word, into, value }) => into !== undefined || value !== undefined || !word.startsWith('-'))
    .map((offered) => `    ${quote(`${name} ${offered.word}`)}) ${effect(offered)}`)
}

function effect({ into, value }: Offered): string {
  if (value) return `wants=${quote(printSource(value))} ;;`
  return into === undefined ? ';;' : `spot=${into} place=0 ;;`
}

function intoLines({ name, values }: Spot): readonly string[] {
  return values.flatMap(({ into }, place) =>
    into === undefined ? [] : `    ${quote(`${name} ${place}`)}) spot=${into} place=0 ;;`,
  )
}

function offersOf({ words }: Spot, offer: (offered: Offered) => string): string {
  return words
    .filter(({ quiet }) => !quiet)
    .map((offered) => `\n        ${quote(offer(offered))}`)
    .join('')
}

function valueLines({ name, values, repeats }: Spot): readonly string[] {
  return values.map(({ source }, place) => {
    const pattern = repeats && place === values.length - 1 ? `${quote(`${name} `)}*` : quote(`${name} ${place}`)
    return `    ${pattern}) values=${quote(printSource(source))} ;;`
  })
}

/** As a single word of a shell, which is nothing but itself. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
