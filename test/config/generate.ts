/**
 * Configuration folders by chance: every rule of the dialect, mixed with mistakes. The same seed gives the same folder.
 * What they hold is written here; nothing of it is Fail2ban's own.
 */
import { random } from '../../fuzz/random.ts'

export type Files = Readonly<Record<string, string>>

/** Paths below the folder; `LOGS` in a text is the folder of the logs. */
export function generate(seed: number): Files {
  const dice = diceOf(seed)
  const files: Record<string, string> = { 'fail2ban.conf': server(dice) }
  const jails = ['alpha', 'beta', 'a-b.c_9', 'alpha2'].slice(0, 1 + dice.below(4))
  files['jail.conf'] = jailFile(dice, jails, true)
  if (dice.one(2)) files['jail.local'] = jailFile(dice, jails, false)
  if (dice.one(3)) files['jail.d/10.conf'] = jailFile(dice, jails, false)
  if (dice.one(3)) files['jail.d/20.local'] = jailFile(dice, jails, false)
  if (dice.one(3)) files['paths.inc'] = jailFile(dice, jails, false)
  for (const name of ['f1', 'f2']) {
    files[`filter.d/${name}.conf`] = definition(dice, FILTER)
    if (dice.one(3)) files[`filter.d/${name}.local`] = definition(dice, FILTER)
    if (dice.one(4)) files[`filter.d/${name}.d/x.conf`] = definition(dice, FILTER)
  }
  if (dice.one(2)) files['filter.d/common.conf'] = definition(dice, FILTER)
  if (dice.one(4)) files['filter.d/common.local'] = definition(dice, FILTER)
  for (const name of ['act1', 'act2']) {
    files[`action.d/${name}.conf`] = definition(dice, ACTION)
    if (dice.one(4)) files[`action.d/${name}.local`] = definition(dice, ACTION)
  }
  return files
}

interface Dice {
  below(end: number): number
  /** Once in `of` times. */
  one(of: number): boolean
  of<T>(list: readonly T[]): T
}

function diceOf(seed: number): Dice {
  const next = random(seed)
  const below = (end: number) => Math.floor(next() * end)
  return { below, one: (of) => below(of) === 0, of: (list) => list[below(list.length)]! }
}

/** Mistakes that make Fail2ban give up stand behind a weight, so that most folders still say something. */
const RARE = 40

function server(dice: Dice): string {
  const lines = ['[Definition]']
  const options: readonly (readonly [string, readonly string[]])[] = [
    ['loglevel', ['INFO', 'debug', '7', 'NOTICE']],
    ['logtarget', ['STDOUT', '/var/log/x.log', 'SYSLOG[facility=LOCAL0]']],
    ['syslogsocket', ['auto', '/dev/log']],
    ['allowipv6', ['auto', 'yes', 'no']],
    ['dbfile', ['None', ':memory:', '/tmp/%(x)s.db']],
    ['dbmaxmatches', ['10', ' 7 ', '1_0', 'many', '-3']],
    ['dbpurgeage', ['1d', '86400', '1h # an hour']],
    ['x', ['one', '!%(__name__)s']],
  ]
  for (const [name, values] of options) if (name === 'x' || !dice.one(4)) lines.push(`${name} = ${dice.of(values)}`)
  if (dice.one(2)) lines.push('[Thread]', dice.of(['stacksize = 0', 'stacksize = 64', 'stacksize = big', '# none']))
  return join(dice, lines)
}

function jailFile(dice: Dice, jails: readonly string[], isMain: boolean): string {
  const lines: string[] = []
  if (dice.one(3)) lines.push('[INCLUDES]', `${dice.of(['before', 'after'])} = ${pick(dice, INCLUDED)}`)
  if (isMain || dice.one(2)) {
    lines.push('[DEFAULT]')
    const own = dice.below(isMain ? 2 : 5)
    if (isMain)
      lines.push(
        `enabled = ${dice.of(['true', 'true', '1', 'false', 'ON'])}`,
        'd1 = D1 %(__name__)s',
        'd2 = D2 %(d1)s',
        'port = ssh',
        'x = dx',
        'y = dy',
        'maxretry = 5',
        'findtime = 9',
        'ignoreregex = none',
        'failregex = ^d <HOST>',
      )
    lines.push(...options(dice, isMain ? OTHERS : JAIL, own))
  }
  for (const jail of jails) {
    if (!isMain && dice.one(2)) continue
    lines.push(`[${jail}]`)
    if (dice.one(2)) lines.push('enabled = true')
    if (isMain && !dice.one(6)) lines.push(`filter = ${pick(dice, FILTERS)}`)
    if (isMain && !dice.one(6)) lines.push(`action = ${pick(dice, ACTIONS)}`)
    lines.push(...options(dice, JAIL, dice.below(7)))
    if (dice.one(RARE)) lines.push(dice.of(['no sign here', 'enabled = true', 'x = 1\nX = 2', '[alpha]']))
  }
  return join(dice, lines)
}

const INCLUDED = ['paths.inc', 'paths.inc\n  nowhere.conf', '!jail.local', '%(inc)s\ninc = paths.inc']

const FILTERS = [
  'f1',
  'f2',
  'f1[mode=more]',
  'f2[x="5, 6", y=\'a"b\', Z=3]',
  'f1[x=1][y="2"]',
  '!f1[x=%(maxretry)s]',
  'f2[failregex="p <HOST>", maxlines=2, usedns=raw]',
  'f1[\n    x="1",\n    y=2\n  ]',
  'f1[logtype=short]',
  '!%(__name__)s',
  '!f1[x',
  '!f1[x=1 ]z',
  '!f1[x="1" y=2]',
  '!f1[=1]',
  '!nowhere',
  '!f1 [x=1]',
  '',
]

const ACTIONS = [
  'act1',
  'act1[name=%(__name__)s, port="%(port)s"]\n  act2[x="a,b", y=\'c"d\', z=e f, Q=1]',
  'act1[x=1]\n  act1[x=2,actname=other][y=<x>]',
  'act2[name=mine]',
  'act1[name=alpha-more]',
  'act1[actionban="ban <ip> <x>", norestored=1]',
  'mail.py[to="é\u2028x", n=1]\n  act1',
  'py.py[actname=own, x="q\\"]',
  'act1 act2',
  '%(act)s\nact = act1[x="%(d2)s"]',
  '!act1,act2',
  '!act1[x="1" y=2]',
  '!nowhere[x=1]',
  'act1[bantime=<bantime>, x="<maxretry> <matches>"]',
  '',
]

const JAIL: readonly (readonly [string, readonly string[]])[] = [
  ['maxretry', ['3', '+5', ' 1_0', 'few', '!%(__name__)s', '-1', '0x3', '']],
  ['maxmatches', ['%(maxretry)s', '9', '1.5']],
  ['findtime', ['10m', '1h-5m', '60*10', '1d # a day', '1d ; a day']],
  ['bantime', ['-1', '1y 6mo', '%(findtime)s', '1h;x']],
  ['findtime', ['600']],
  ['bantime.increment', ['true', 'maybe', 'On', '0']],
  ['bantime.factor', ['2', '1.5']],
  ['bantime.formula', ['ban.Time * (1<<(ban.Count if ban.Count<20 else 20)) * banFactor']],
  ['bantime.multipliers', ['1 2 4 8']],
  ['bantime.maxtime', ['5w']],
  ['bantime.rndtime', ['30m']],
  ['bantime.overalljails', ['false', 'yes']],
  ['ignorecommand', ['/bin/x <ip> %% %(d1)s', '%(fail2ban_confpath)s/%(fail2ban_version)s/<ip>', '"q" \'r\' \\t']],
  ['ignoreself', ['true', 'no']],
  ['ignoreip', ['127.0.0.1/8 ::1', '192.0.2.1, 192.0.2.2\n  example.org,,x\n', '']],
  ['ignorecache', ['key="<F-USER>@<ip-host>", max-count=100, max-time=5m']],
  ['logtimezone', ['UTC+0200']],
  ['logencoding', ['utf-8', 'auto']],
  ['backend', ['auto', 'polling', 'systemd', 'systemd[journalpath=/x]', 'Systemd', '%(d1)s', 'nonsense']],
  [
    'logpath',
    [
      'LOGS/a.log',
      'LOGS/*.log\n  LOGS/b.log tail',
      'LOGS/[ab].l?g head',
      'LOGS/no*\n\n LOGS/a.log  tail',
      'LOGS/a.log b.log',
      'LOGS/[!a].log',
      'LOGS/.h*',
      'LOGS//s*/x',
      'LOGS/**/x',
      'LOGS/[',
      'LOGS/*/',
      '',
    ],
  ],
  ['usedns', ['warn', 'no', 'raw', 'what']],
  ['prefregex', ['^<F-CONTENT>.+</F-CONTENT>$', '']],
  [
    'failregex',
    ['^j <HOST>', '%(known/failregex)s\n  ^k <HOST>', '\n  ^l <HOST>\n\n  ^m <HOST>', '%(known/x)s <HOST>', ''],
  ],
  ['ignoreregex', ['^no', '^a\n  ^b\n  # gone\n  ^c', '%(known/ignoreregex)s']],
  ['maxlines', ['1', '4', 'x']],
  ['datepattern', ['%%Y-%%m', '{^LN-BEG}', '!%(known/datepattern)s']],
  ['journalmatch', ['_A=1 + _B=2', '_A="x y"\n  _B=\'z\' C=d\\ e', '!_A="open', '']],
  ['port', ['http,https', '0:65535', '%(d2)s']],
  ['x', ['jx', '<y>', '%(y)s', '%(known/x)s']],
  [
    'y',
    ['jy', '%(d2)s', '%(default/d1)s', '!%(beta/x)s', '%(alpha/port)s', '%(alpha/d1)s', '!%(Alpha/x)s', '!%(alpha/X)s'],
  ],
  ['d1', ['E1', '!%(known/d1)s']],
  ['unknown_thing', ['1', '\u00e9\u00a0x', '\x0b \x1cy']],
  ['enabeld', ['true']],
]

/** Those that [DEFAULT] does not set already. */
const OTHERS = JAIL.filter(
  ([name]) => !['x', 'y', 'd1', 'port', 'maxretry', 'findtime', 'ignoreregex', 'failregex'].includes(name),
)

/** Options of filters; half of them mean something to Fail2ban. */
const FILTER: readonly (readonly [string, readonly string[]])[] = [
  [
    'failregex',
    [
      '^<HOST> <x> <y>',
      '^%(x)s <HOST>\n  ^<mdre-<mode>> <HOST>$',
      '%(known/failregex)s\n   ^more <HOST>',
      '^<HOST> <F-USER>.*</F-USER> <nope>',
      '<backend> <filter> <maxretry> <HOST>',
      '',
    ],
  ],
  ['ignoreregex', ['', '^x <y>', '<known/x> <DEFAULT/d> <default/d> <known/y>']],
  ['prefregex', ['^<__prefix> <F-CONTENT>.+</F-CONTENT>$', '^%(__name__)s']],
  ['maxlines', ['1', '3', ' <x>', 'two']],
  ['datepattern', ['{^LN-BEG}', '%%b %%d\n  EPOCH', '<x>']],
  ['journalmatch', ['_SYSTEMD_UNIT=%(x)s.service + _COMM=<y>', 'A="b c"\n  D=\'e\'']],
  ['usedns', ['no', 'yes']],
  ['mode', ['more', 'normal']],
  ['mdre-normal', ['N', '']],
  ['mdre-more', ['%(mdre-normal)s M', '<mdre-normal>|M']],
  ['x', ['1', '2 <y>', '<lt_<logtype>/p>', '%(y)s', '%(backend)s', '!<Y>', '!a<known/x>']],
  ['y', ['3', '%(d)s', '<z>', '<d>', '%(default/d)s', '%(known/y)s', '!%(lt_file/p)s']],
  ['z', ['5', '!<x>', '<logtype>', '']],
  ['__prefix', ['pre', '(?:%(z)s)?']],
  ['logtype', ['rfc5424']],
  ['date', ['a piece of datepattern']],
  ['p', ['', 'q']],
  ['d', ['DD', '!<x>']],
]

const ACTION: readonly (readonly [string, readonly string[]])[] = [
  ['actionstart', ['start <x> <y>', 'one\n  two <name>\n\n  three', '']],
  ['actionstop', ['stop <port>', '%(actionstart)s']],
  ['actionflush', ['flush']],
  ['actioncheck', ['', 'check <q>']],
  [
    'actionban',
    [
      'ban <ip> <nest_<x>> <name> <bantime> <matches>',
      '%(known/actionban)s more',
      '<actionstart>\n <maxretry> <findtime> %(bantime)s',
    ],
  ],
  ['actionunban', ['unban <ip> <known/x> <Init/x> <init/x> <Definition/y>', '<F-USER> <ip-host> <a b>']],
  ['actionprolong', ['<actionban>']],
  ['norestored', ['1', 'true', 'no', '<x>']],
  ['actionstart_on_demand', ['false', 'yes', '<y>']],
  ['timeout', ['30', '<x>']],
  ['bantime', ['7']],
  ['x', ['1', 'un', '<y>', '%(y)s', '<x_<y>>']],
  ['y', ['2', '%(z)s', '<z>', '!<known/y>']],
  ['z', ['3', '!<x>', '%(d)s', '']],
  ['d', ['DD']],
  ['nest_un', ['NEST', 'N <port>']],
  ['port', ['ssh', '%(x)s']],
  ['q', ['Q', 'q "%%" \'']],
  ['name', ['default', 'fixed']],
]

function definition(dice: Dice, kinds: typeof FILTER): string {
  const lines: string[] = []
  if (dice.one(4))
    lines.push(
      '[INCLUDES]',
      `${dice.of(['before', 'after'])} = ${dice.of(['common.conf', 'common.conf\n  absent.inc', 'f2.conf', 'act2.conf'])}`,
    )
  if (!dice.one(RARE)) lines.push('[Definition]', ...distinct(dice, kinds, 2 + dice.below(9)))
  if (dice.one(2)) lines.push('[Init]', ...distinct(dice, kinds, dice.below(5)))
  const plain = dice.one(6) ? {} : PLAIN
  lines.push('[DEFAULT]', ...distinct(dice, kinds, dice.one(4) ? dice.below(3) : 0, plain))
  if (dice.one(5)) lines.push('[Init?family=inet6]', ...distinct(dice, kinds, 1 + dice.below(2)))
  if (dice.one(6)) lines.push('[Definition?x=y]', ...distinct(dice, kinds, 1))
  if (dice.one(3)) lines.push('[lt_file]', 'p = LF <z>', '[lt_journal]', 'p = LJ')
  return join(dice, lines)
}

function options(dice: Dice, kinds: typeof FILTER, count: number): string[] {
  return distinct(dice, kinds, count)
}

/** Each option once: twice is a mistake of its own. */
/** What others name, so that it is there more often than by chance alone. */
const PLAIN = {
  x: '1',
  y: '2',
  z: '3',
  d: 'DD',
  p: 'PP',
  bantime: '8',
  backend: 'b',
  'mdre-normal': 'N',
  failregex: '^d <HOST>',
  actionstart: 'start',
  actionban: 'ban',
}

function distinct(dice: Dice, kinds: typeof FILTER, count: number, plain: Files = {}): string[] {
  const chosen = new Map(Object.entries(plain))
  for (let i = 0; i < count; i++) {
    const [name, values] = dice.of(kinds)
    const value = dice.of(values)
    const isMistake = value.startsWith('!')
    if (!isMistake || dice.one(8)) chosen.set(name, isMistake ? value.slice(1) : value)
  }
  const sign = () => dice.of([' = ', '=', ' : ', ': ', '\t=\t'])
  return [...chosen].map(
    ([name, value]) => (dice.one(9) ? name.toUpperCase() : name) + sign() + value.replaceAll('\n', '\n   '),
  )
}

/** A text that begins with `!` is a mistake, and seldom taken. */
function pick(dice: Dice, texts: readonly string[]): string {
  const text = dice.of(texts)
  if (!text.startsWith('!')) return text
  return dice.one(8) ? text.slice(1) : texts[0]!
}

/** With comments, blanks and empty lines between. */
function join(dice: Dice, lines: readonly string[]): string {
  const noise = ['', '# a comment = x', '; another [x]', '   # far in', '\t; too', '  ']
  const result = lines.flatMap((line) =>
    dice.one(5)
      ? [line + dice.of(['', ' ; gone', ' ;', '  ', dice.one(5) ? ' # stays' : '', '\t;gone']), dice.of(noise)]
      : [line],
  )
  return `${result.join(dice.one(8) ? '\r\n' : '\n')}\n`
}
