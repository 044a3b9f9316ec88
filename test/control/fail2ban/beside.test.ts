/** Every word of Fail2ban's client, asked of an installed server and of the guard: value by value the same answers. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Both, noBoth, PLACE, type Row } from './both.ts'
import { rowsOf } from './rows.ts'

/** The same answers, in this order, on one state. FOLDER stands for where the files are. */
const SAME = `
ping
version
echo
echo a b
server-status
status
status one
status one basic
status one short
status one cymru
status one stats
status one bogus
status one two
status one a b
status nope
status --all
banned
banned 192.0.2.7
banned 192.0.2.7 192.0.2.8
get
get one
get nope
get nope findtime
get one nope
get one idle
get one name
get one backend
get loglevel
get logtarget
get syslogsocket
get dbfile
get dbmaxmatches
get dbpurgeage
get thread
get allowipv6
get one logpath
get two logpath
get one ignoreip
get two ignoreip
get one failregex
get two failregex
get one ignoreregex
get one prefregex
get one logencoding
get one journalmatch
get one datepattern
get one actions
get two actions
get one actionproperties noop
get two actionproperties other
get one actionproperties nope
get one actionmethods noop
get one actionmethods nope
get one action noop actionban
get two action other actionban
get one action noop actionstart
get one action noop actionflush
get one action noop actionprolong
get one action noop nope
get one action noop blocktype
get one action noop name
get one action noop timeout
get one action noop actname
get one action noop banEpoch
get one action nope actionban
get one action noop
get one action
get one findtime
get one bantime
get one maxretry
get one maxlines
get one maxmatches
get one usedns
get one ignoreself
get one ignorecommand
get one ignorecache
get one logtimezone
get one bantime.increment
get one bantime.factor
get one bantime.formula
get one bantime.multipliers
get one bantime.maxtime
get one bantime.rndtime
get one bantime.overalljails
get one bantime.nope
get one banip
get one banip --with-time
get one banned
get one banned 192.0.2.7
get one banned 192.0.2.7 192.0.2.8
set
set one
set nope 3
set nope findtime 3
set one nope 3
set one ignoreip 192.0.2.1
set one logpath x
set one findtime
set one findtime 5
get one findtime
set one findtime 1h
set one findtime 1d12h
set one findtime 60*10
set one findtime 1.5
set one findtime -5
set one findtime x
set one findtime 1x
set one findtime ''
set one findtime 5 6
["set", "one", "findtime", 600]
["set", "one", "findtime", 600.5]
["set", "one", "findtime", null]
set one findtime 600
set one bantime 1h
get one bantime
set one bantime -1
set one bantime 1.5h
set one bantime 10m/7
set one bantime -1.5
set one bantime -1
set one bantime x
set one bantime ''
set one bantime 600
set one maxretry 5
set one maxretry x
set one maxretry ''
set one maxretry 1.5
set one maxretry ' 4 '
set one maxretry 4_0
set one maxretry +3
set one maxretry 0x3
set one maxretry 99999999999999999999
set one maxretry 0
set one maxretry -1
set one maxretry 3
set one maxlines 5
set one maxlines x
set one maxlines 0
set one maxlines 1
set one maxmatches 7
get one maxmatches
set one maxmatches x
set one maxmatches 3
set one usedns yes
set one usedns warn
set one usedns raw
set one usedns bogus
set one usedns ''
["set", "one", "usedns", true]
["set", "one", "usedns", 1]
set one usedns no
set one ignoreself true
set one ignoreself no
set one ignoreself bogus
set one ignoreself 1
set one ignoreself on
set one ignorecommand '/bin/false <ip>'
get one ignorecommand
set one ignorecommand ''
set one ignorecache 'key="<ip>", max-count=100, max-time=5m'
get one ignorecache
set one ignorecache 'max-count=100'
set one ignorecache 'bogus'
set one ignorecache ''
set one logtimezone UTC+0200
get one logtimezone
set one logtimezone CET
set one logtimezone bogus
set one logtimezone ''
set one logencoding ascii
set one logencoding latin1
set one logencoding bogus
set one logencoding ''
set one logencoding auto
set one datepattern '%Y-%m-%d'
get one datepattern
set one datepattern Epoch
set one datepattern TAI64N
set one datepattern '{NONE}'
set one datepattern '{^LN-BEG}'
set one datepattern '^%Y-%m-%d'
set one datepattern '%%Y-%%m'
set one datepattern foo
["set", "one", "datepattern", "%Y-%m-%d\\n%Y/%m/%d"]
set one datepattern ''
set one prefregex '^a <F-CONTENT>.*</F-CONTENT>$'
get one prefregex
set one prefregex ''
set one journalmatch a
set one addjournalmatch _SYSTEMD_UNIT=x
set one deljournalmatch
get one journalmatch
set one addignoreip 192.0.2.50
set one addignoreip 192.0.2.51 192.0.2.52 10.0.0.0/8
set one addignoreip 192.0.2.50
set one addignoreip bogus.invalid
set one addignoreip 2001:DB8::1
set one addignoreip 2001:db8::/33
set one addignoreip 10.1.1.1/255.255.255.0
set one addignoreip '10.9.9.9/8'
set one addignoreip 1.2.3.4/x
set one addignoreip ''
set one addignoreip
get one ignoreip
set one delignoreip 192.0.2.50
set one delignoreip 192.0.2.50
set one delignoreip 192.0.2.51 192.0.2.52
set one delignoreip bogus.invalid
set one delignoreip 10.9.9.9/8
set one delignoreip 2001:db8::1
set one delignoreip
get one ignoreip
multi-set one addignoreip 192.0.2.60 192.0.2.61
set one addfailregex '^new from <HOST>$'
set one addfailregex '^nohost$'
set one addfailregex ''
set one addfailregex '^a <HOST>$' '^b <HOST>$'
set one addfailregex 'a <IP4> b'
set one addfailregex 'a <IP6> b'
set one addfailregex 'a <DNS> b'
set one addfailregex 'a <SUBNET> b'
set one addfailregex 'a <HOST>/<CIDR> b'
set one addfailregex 'a <F-ID/> <F-PORT/> b'
set one addfailregex '<F-MLFID>x</F-MLFID> <F-NOFAIL>a</F-NOFAIL> b'
set one addfailregex 'a <HOST> (?:(?i)b) <unknown>'
set one addfailregex '<SKIPLINES><HOST><SKIPLINES>'
set one addfailregex '^<F-ID>x</F-ID>'
["multi-set", "one", "addfailregex", ["^aa <HOST>", "^bb <HOST>"]]
get one failregex
set one delfailregex 0
set one delfailregex 99
set one delfailregex -1
set one delfailregex x
set one delfailregex ''
set one delfailregex
get one failregex
set two usedns warn
set two addfailregex 'x <HOST> b'
set one addignoreregex '^x$'
set one addignoreregex ''
get one ignoreregex
set one delignoreregex 0
set one delignoreregex 7
set one delignoreregex x
set one addlogpath FOLDER/three.log
set one addlogpath FOLDER/two.log
set one addlogpath FOLDER/two.log tail
set one addlogpath FOLDER/two.log bogus
set one addlogpath FOLDER/two.log tail tail
set one addlogpath FOLDER/two.log bogus tail
set one addlogpath FOLDER
set one addlogpath FOLDER/*.log
set one addlogpath ''
set one addlogpath
get one logpath
status one
set one dellogpath FOLDER/two.log
set one dellogpath FOLDER/two.log
set one dellogpath FOLDER/nope.log
set one dellogpath
get one logpath
set one banip 192.0.2.7
set one banip 192.0.2.7
set one banip 192.0.2.8 192.0.2.9
set one banip 203.0.113.0/24
set one banip 2001:DB8::5
set one banip ::ffff:203.0.113.9
set one banip 192.0.2.1
set one banip
!sleep 1.5
get one banip
get one banip ,
get one banip --with-time
get one banned
get one banned 192.0.2.7
get one banned 192.0.2.7 192.0.2.77
get one banned bogus
banned
banned 192.0.2.7 192.0.2.77
banned 203.0.113.5
status one
status one short
status one cymru
set one unbanip 192.0.2.77
set one unbanip --report-absent 192.0.2.77
set one unbanip --report-absent 192.0.2.77 192.0.2.78
set one unbanip --report-absent 192.0.2.7 192.0.2.78
set one unbanip --report-absent
set one unbanip
set one unbanip 192.0.2.8 192.0.2.9 192.0.2.10
set one unbanip bogus.invalid
set one unbanip 203.0.113.5
set one unbanip 203.0.113.0/24
set one unbanip --bogus 1.2.3.4
unban 192.0.2.7
unban
unban bogus
set one banip 192.0.2.7 192.0.2.8
set two banip 192.0.2.7
!sleep 1
unban 192.0.2.0/24
unban --all
set one attempt 192.0.2.20
!sleep 0.5
status one
set one attempt 192.0.2.20 'line one' 'line two'
set one attempt
!sleep 1
status one
get one banip
unban --all x
set one idle
set one idle on
status one
set one idle off
set one idle bogus
set one addaction
set one addaction extra
set one addaction extra
get one actions
get one actionproperties extra
get one actionmethods extra
set one action extra actionban 'echo <ip> <x>'
get one action extra actionban
set one action extra x 5
get one action extra x
set one action extra timeout 5
set one action extra timeout 1m
set one action extra timeout x
get one action extra timeout
set one action nope actionban x
set one action extra
set one action
set one action extra actionban
set one action extra actionban a b
["multi-set", "one", "action", "noop", [["a", "1"], ["b", "2"]]]
get one action noop b
set one delaction extra
set one delaction extra
set one delaction
get one actions
set one bantime.increment true
get one bantime.increment
set one bantime.increment bogus
set one bantime.increment yes
set one bantime.factor 1.5
set one bantime.formula 'ban.Time * (1<<(ban.Count if ban.Count<20 else 20)) * banFactor'
set one bantime.multipliers '1 2 4'
set one bantime.maxtime 1w
set one bantime.rndtime 5m
set one bantime.overalljails yes
get one bantime.formula
get one bantime.multipliers
get one bantime.maxtime
get one bantime.overalljails
set one bantime.multipliers x
set one bantime.multipliers ''
set one bantime.formula ''
set one bantime.maxtime ''
set one bantime.rndtime ''
set one bantime.factor ''
set one bantime.nope 1
set one bantime.increment false
set loglevel
set loglevel info
set loglevel bogus
set loglevel 10
set loglevel HEAVYDEBUG
["set", "loglevel", 10]
get loglevel
set loglevel INFO
set logtarget
set logtarget stdout
get logtarget
set logtarget STDERR
set logtarget /nope/x.log
set logtarget ''
get logtarget
set logtarget 'FOLDER/fail2ban.log[format="%(message)s", datetime=off]'
get logtarget
set logtarget FOLDER/fail2ban.log
flushlogs
flushlogs x
set logtarget STDOUT
flushlogs
set logtarget FOLDER/fail2ban.log
set syslogsocket
set syslogsocket /dev/log
get syslogsocket
set syslogsocket auto
set dbfile
set dbfile none
set dbmaxmatches 20
set dbmaxmatches x
get dbmaxmatches
set dbpurgeage 2d
set dbpurgeage x
set dbpurgeage 1.5d
set dbpurgeage 10m/7
set dbpurgeage ''
get dbpurgeage
set thread
["set", "thread", {"stacksize": 128}]
["set", "thread", {"stacksize": "x"}]
["set", "thread", {"bogus": 1}]
set thread x
get thread
set allowipv6 yes
set allowipv6 auto
add
add one
add one polling
add seven polling
status
status seven
set seven addfailregex '^fail from <HOST>$'
set seven addlogpath FOLDER/three.log
start
start seven
start nope
status seven
get seven findtime
get seven maxretry
get seven actions
get seven usedns
stop seven
stop seven
stop nope
status
sleep
sleep 0.1
sleep x
sleep ''
multi-set
multi-set one
multi-set one nope x
reload
reload one
reload --all
server-stream
["server-stream", [["echo", "a"], ["ping"]]]
["server-stream", [["echo", "a"], ["nope"]]]
restart
help
STATUS
Ping
[]
[1]
["echo", 1, null, 1.5, {"a": []}]
["status", 5]
`

/** Where it answers otherwise, and why. */
const OWN: readonly (readonly [words: string, ours: RegExp, why: string])[] = [
  ['set one banip 999.9.9.9', /^\(1, ValueError/, 'only real addresses reach the kernel'],
  ['set one banip bogus.invalid', /^\(1, ValueError/, 'only real addresses reach the kernel'],
  ['set one banip 0.0.0.0/0', /^\(1, ValueError/, 'wider than a /8 is half the internet'],
  ['set one banip 127.0.0.1', /^\(0, 0\)/, 'the host is never cut off'],
  ['set one attempt 192.0.2.1', /^\(0, 0\)/, 'it stands in ignoreip: it does not count'],
  ['set one attempt bogus', /^\(1, ValueError/, 'only real addresses reach the kernel'],
  [
    "set one addfailregex '^bad( <HOST>$'",
    /^\(1, RegexException\(.Unable to compile/,
    'the reason in words of our own',
  ],
  ["set one datepattern '%Q'", /^\(1, TypeError\(.Failed to set datepattern /, 'the reason in words of our own'],
  ['set one addaction py FOLDER/x.py {}', /^\(1, NotImplementedError/, 'only Fail2ban runs Python'],
  ["set one action noop ban '{}'", /^\(1, NotImplementedError/, "an action's methods are nobody's to call"],
  ['set one addignoreip file:/nope', /^\(0, \[.*'file:\/nope'/, 'Fail2ban 1.1 has it'],
]

describe('what Fail2ban answers, and what the guard does', { skip: noBoth() }, () => {
  const rows = rowsOf(SAME.replaceAll('FOLDER', PLACE))
  let theirs: Both
  let ours: Both
  let answers: readonly (readonly [string | undefined, string | undefined])[] = []
  before(async () => {
    ;[theirs, ours] = await Promise.all([Both.open('fail2ban'), Both.open('rampart')])
    const words = rows.map(({ row }) => row)
    const [some, others] = await Promise.all([theirs.ask(words), ours.ask(words)])
    answers = some.map((one, at) => [one, others[at]])
  })
  after(() => Promise.all([theirs?.close(), ours?.close()]))

  const asked = rows.filter(({ row }) => Array.isArray(row))
  for (const [at, { text }] of asked.entries()) {
    test(text, () => {
      const [their, our] = answers[at] ?? []
      assert.ok(their !== undefined)
      assert.equal(comparable(our, text), comparable(their, text))
    })
  }

  for (const [words, expected, why] of OWN) {
    test(`${words}: otherwise, as ${why}`, async () => {
      const [answer = ''] = await ours.ask(rowsOf(words.replaceAll('FOLDER', PLACE)).map(({ row }) => row as Row))
      assert.match(answer, expected)
    })
  }
})

/** Without what is another by chance: the order of a set, the time. */
function comparable(answer: string | undefined, text: string): string | undefined {
  const timeless = answer?.replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, 'TIME')
  if (!text.includes('ignoreip') || !timeless?.startsWith('(0, [')) return timeless
  return timeless.slice(5, -2).split(', ').sort().join(', ')
}
