/** Completion for zsh: the tables of all programs, and what walks them. */
import { posixTable } from './posix-table.ts'
import type { Offered, Spot } from './spot.ts'

export function printZsh(programs: ReadonlyMap<string, readonly Spot[]>): string {
  const tables = [...programs].map(([program, spots]) => posixTable(program, spots, described))
  const names = [...programs.keys()].join(' ')
  return `#compdef ${names}\n${HEAD}${tables.join('')}${WALK}
# Loaded from a folder of $fpath it is called at once; read by source it says what it is for.
if [[ $funcstack[1] == _rampart ]]; then
  _rampart "$@"
else
  compdef _rampart ${names}
fi
`
}

/** As _describe takes it: what stands behind the first colon is told. */
function described({ word, told }: Offered): string {
  const name = word.replaceAll('\\', '\\\\').replaceAll(':', '\\:')
  return told === undefined ? name : `${name}:${told}`
}

const HEAD = `# Completes the words of rampart, ufw and the fail2ban commands in zsh. Printed by: rampart completion zsh
`

const WALK = `
_rampart() {
  local spot=\${words[1]:t} place=0 wants='' values='' word name table known=''
  local -a offers found
  table=\${spot//-/_}
  (( $+functions[_rampart_word_$table] )) || return 1
  for word in "\${(@)words[2,CURRENT-1]}"; do
    if [[ -n $wants ]]; then wants=''; else _rampart_word_$table "$word"; fi
  done
  if [[ -z $wants && $PREFIX == --*=* ]]; then
    _rampart_word_$table "\${PREFIX%%=*}"
    compset -P 1 '*='
  fi
  if [[ -n $wants ]]; then
    values=$wants
  else
    _rampart_offers_$table
    # Options where a dash is there already, or where nothing else is known.
    [[ -z $values || $values == '?' ]] || known=yes
    for name in $offers; do [[ $name == -* ]] || known=yes; done
    for name in $offers; do [[ $name == -* && -z $PREFIX && -n $known ]] || found+=("$name"); done
  fi
  _rampart_values
}

# What a host's files and its guard name is data: compadd quotes it, and nothing evaluates it.
_rampart_values() {
  local value
  local -a asked names
  local ret=1
  for value in \${(s: :)values}; do
    case $value in
      '='*) names+=("\${value#'='}") ;;
      '@'*) asked+=("\${value#'@'}") ;;
      /files) _files && ret=0 ;;
      /folders) _files -/ && ret=0 ;;
    esac
  done
  (( $#asked )) && names+=("\${(@f)$(command rampart __complete --from="$PREFIX" $asked 2>/dev/null)}")
  names=("\${(@)names:#}")
  (( $#found )) && _describe -t commands word found && ret=0
  (( $#names )) && compadd -a names && ret=0
  return ret
}
`
