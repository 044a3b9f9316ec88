/** Completion for fish: the tables of all programs, and what walks them. */
import { printSource } from './print-source.ts'
import type { Offered, Spot } from './spot.ts'

export function printFish(programs: ReadonlyMap<string, readonly Spot[]>): string {
  const tables = [...programs].map(([program, spots]) => table(program, spots))
  const lines = [...programs.keys()].map((name) => `complete -c ${name} -f -k -a '(__rampart_complete ${name})'\n`)
  return `${HEAD}${tables.join('')}${WALK}\n${lines.join('')}`
}

const HEAD = `# Completes the words of rampart, ufw and the fail2ban commands in fish. Printed by: rampart completion fish
`

/** Both functions work on the variables of who calls them, as those for bash and zsh do (\`posix-table.ts\`). */
function table(program: string, spots: readonly Spot[]): string {
  const name = program.replaceAll('-', '_')
  return `
function __rampart_word_${name} --no-scope-shadowing
    switch "$spot $argv[1]"
${spots.flatMap(wordLines).join('')}        case '* -*'
        case '*'
            switch "$spot $place"
${spots.flatMap(intoLines).join('')}                case '*'
                    set place (math $place + 1)
            end
    end
end

function __rampart_offers_${name} --no-scope-shadowing
    switch $spot
${spots.map(offerLines).join('')}    end
    switch "$spot $place"
${spots.flatMap(valueLines).join('')}    end
end
`
}

/** An option that nothing follows changes nothing. */
function wordLines({ name, words }: Spot): readonly string[] {
  return words
    .filter(({ word, into, value }) => into !== undefined || value !== undefined || !word.startsWith('-'))
    .map((offered) => `        case ${quote(`${name} ${offered.word}`)}\n            ${effect(offered)}\n`)
}

function effect({ into, value }: Offered): string {
  if (value) return `set wants ${quote(printSource(value))}`
  return into === undefined ? 'true' : `set spot ${into}; set place 0`
}

function intoLines({ name, values }: Spot): readonly string[] {
  return values.flatMap(({ into }, place) =>
    into === undefined
      ? []
      : `                case ${quote(`${name} ${place}`)}\n                    set spot ${into}; set place 0\n`,
  )
}

function offerLines({ name, words }: Spot): string {
  const offered = words.filter(({ quiet }) => !quiet)
  if (offered.length === 0) return ''
  const lines = offered.map(({ word, told = '' }) => ` \\\n                ${quote(word)} ${quote(told)}`)
  return `        case ${name}\n            set offers${lines.join('')}\n`
}

function valueLines({ name, values, repeats }: Spot): readonly string[] {
  return values.map(({ source }, place) => {
    const isLast = repeats && place === values.length - 1
    return `        case ${quote(`${name} ${isLast ? '*' : place}`)}\n            set values ${quote(printSource(source))}\n`
  })
}

/** Within single quotes fish knows two escapes. */
function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

/** fish quotes what it puts into the line; nothing here evaluates a name. */
const WALK = `
function __rampart_complete --argument-names program
    set -l spot $program
    set -l table (string replace -a -- - _ $program)
    set -l place 0
    set -l wants ''
    set -l values ''
    set -l offers
    set -l known ''
    set -l written (commandline -ct)
    set -l before (commandline -opc)
    for word in $before[2..]
        if test -n "$wants"
            set wants ''
        else
            __rampart_word_$table $word
        end
    end
    set -l prefix ''
    if test -z "$wants"; and string match -qr -- '^--[^=]*=' $written
        set prefix (string match -r -- '^--[^=]*=' $written)
        __rampart_word_$table (string replace -r -- '=$' '' $prefix)
    end
    if test -n "$wants"
        set values $wants
    else
        __rampart_offers_$table
        # Options where a dash is there already, or where nothing else is known.
        if test -n "$values" -a "$values" != '?'
            set known yes
        end
        for at in (seq 1 2 (count $offers))
            string match -q -- '-*' $offers[$at]; or set known yes
        end
        for at in (seq 1 2 (count $offers))
            if string match -q -- '-*' $offers[$at]; and test -z "$written" -a -n "$known"
                continue
            end
            printf '%s\\t%s\\n' $offers[$at] $offers[(math $at + 1)]
        end
    end
    set -l asked
    for value in (string split ' ' -- $values)
        switch $value
            case '=*'
                printf '%s%s\\n' $prefix (string sub -s 2 -- $value)
            case '@*'
                set -a asked (string sub -s 2 -- $value)
            case /files
                printf '%s\\n' $prefix(__fish_complete_path (string replace -- "$prefix" '' $written))
            case /folders
                printf '%s\\n' $prefix(__fish_complete_directories (string replace -- "$prefix" '' $written))
        end
    end
    if test (count $asked) -gt 0
        for name in (command rampart __complete --from=(string replace -- "$prefix" '' "$written") $asked 2>/dev/null)
            printf '%s%s\\n' $prefix $name
        end
    end
end
`
