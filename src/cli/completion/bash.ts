/** Completion for bash: the tables of all programs, and what walks them. */
import { posixTable } from './posix-table.ts'
import type { Spot } from './spot.ts'

export function printBash(programs: ReadonlyMap<string, readonly Spot[]>): string {
  const tables = [...programs].map(([program, spots]) => posixTable(program, spots, ({ word }) => word))
  return `${HEAD}${tables.join('')}${WALK}\ncomplete -F _rampart ${[...programs.keys()].join(' ')}\n`
}

const HEAD = `# Completes the words of rampart, ufw and the fail2ban commands in bash. Printed by: rampart completion bash
`

/** What a host's files and its guard name is data all along: it is quoted before it gets into the line, and nothing evaluates it. */
const WALK = `
_rampart() {
  local spot=\${COMP_WORDS[0]##*/} place=0 wants='' values='' written='' word name table known=''
  local -a before=() offers=() found=()
  table=\${spot//-/_}
  COMPREPLY=()
  declare -F "_rampart_word_$table" >/dev/null || return 0
  _rampart_split
  for word in "\${before[@]}"; do
    if [[ $wants ]]; then wants=''; else "_rampart_word_$table" "$word"; fi
  done
  word=$written
  if [[ ! $wants && $written == --*=* ]]; then
    "_rampart_word_$table" "\${written%%=*}"
    word=\${written#*=}
  fi
  if [[ $wants ]]; then
    values=$wants
  else
    "_rampart_offers_$table"
    # Options where a dash is there already, or where nothing else is known.
    [[ ! $values || $values == '?' ]] || known=yes
    for name in "\${offers[@]}"; do [[ $name == -* ]] || known=yes; done
    for name in "\${offers[@]}"; do [[ $name == -* && ! $word && $known ]] || found+=("$name"); done
  fi
  _rampart_values
  _rampart_reply
}

# Fills before and written: the words in front of the cursor. Bash cuts at = and : as well; what has no blank between is one word.
_rampart_split() {
  local line=\${COMP_LINE:0:\${COMP_POINT:-\${#COMP_LINE}}} part i
  line=\${line#*"\${COMP_WORDS[0]}"}
  for ((i = 1; i <= COMP_CWORD; i++)); do
    part=\${COMP_WORDS[i]}
    if ((i == 1)) || [[ $line == [[:space:]]* || ! $COMP_LINE ]]; then
      line=\${line#"\${line%%[![:space:]]*}"}
      before+=('')
    fi
    [[ $i != "$COMP_CWORD" || ! $COMP_LINE ]] || part=$line
    before[\${#before[@]} - 1]+=$part
    line=\${line#"$part"}
  done
  written=\${before[\${#before[@]} - 1]}
  before=("\${before[@]:0:\${#before[@]} - 1}")
}

_rampart_values() {
  local value
  local -a sources=() asked=()
  IFS=' ' read -ra sources <<<"$values"
  for value in "\${sources[@]}"; do
    case $value in
      =*) found+=("\${value#=}") ;;
      @*) asked+=("\${value#@}") ;;
      /files) compopt -o default 2>/dev/null ;;
      /folders) compopt -o dirnames 2>/dev/null ;;
    esac
  done
  ((\${#asked[@]})) || return 0
  while IFS= read -r value; do found+=("$value"); done < <(rampart __complete --from="$word" "\${asked[@]}" 2>/dev/null)
}

# Of a word with = or : in it, the line keeps what stands before.
_rampart_reply() {
  local kept='' mark name quoted
  for mark in = :; do
    [[ $COMP_WORDBREAKS == *"$mark"* && $written == *"$mark"* ]] || continue
    name=\${written%"\${written##*"$mark"}"}
    ((\${#name} <= \${#kept})) || kept=$name
  done
  for name in "\${found[@]}"; do
    printf -v quoted %q "$name"
    [[ $name == "$word"* || $quoted == "$word"* ]] || continue
    name=\${written%"$word"}$quoted
    COMPREPLY+=("\${name#"$kept"}")
  done
}
`
