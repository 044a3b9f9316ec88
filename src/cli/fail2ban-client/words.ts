/** The commands of `fail2ban-client`, each in a sentence: its manual page and its completion are made from this. */

/** What follows a word: `JAIL` is asked of the guard, `FILE` of the disk; `a|b` are words, anything else is for the caller to know. */
export interface Told {
  readonly word: string
  readonly follows?: string
  readonly told: string
}

export const COMMANDS: readonly Told[] = [
  {
    word: 'start',
    follows: '[JAIL]',
    told: 'start the server with the jails that the configuration enables; with a jail, start that one',
  },
  { word: 'stop', follows: '[JAIL]', told: 'end the server, or take one jail out of it; their bans end' },
  {
    word: 'restart',
    follows: '[--unban] [--if-exists] [JAIL]',
    told: 'end the server and start it anew, or begin one jail from the start',
  },
  {
    word: 'reload',
    follows: '[--restart] [--unban] [--if-exists] [JAIL]',
    told: 'read the configuration anew, all of it or one jail; bans stay, and a faulty configuration changes nothing',
  },
  {
    word: 'status',
    follows: '[JAIL] [basic|short|cymru]',
    told: 'name the jails; with one, its counts, logs and bans',
  },
  { word: 'banned', follows: '[IP ...]', told: 'all bans by jail; with addresses, the jails that ban each' },
  {
    word: 'unban',
    follows: '[--all] [IP ...]',
    told: 'lift the bans of these addresses and networks in all jails, or every ban',
  },
  { word: 'get', follows: 'JAIL WORD | WORD', told: 'ask for a value of a jail, or of the server' },
  { word: 'set', follows: 'JAIL WORD VALUE | WORD VALUE', told: 'change a value until the next reload' },
  { word: 'flushlogs', told: 'open the log file anew, after it was rotated' },
  { word: 'ping', follows: '[SECONDS]', told: 'ask whether a server answers' },
  { word: 'version', told: 'the version of Fail2ban that the server is like' },
  { word: 'echo', follows: 'TEXT ...', told: 'have the words sent back' },
  { word: 'sleep', follows: 'SECONDS', told: 'have the server wait before it goes on' },
  {
    word: 'add',
    follows: 'NAME [BACKEND]',
    told: 'make a jail without expressions and logs; start it when it has some',
  },
]

/** Behind `get` and `set`. */
export const OF_SERVER: readonly Told[] = [
  {
    word: 'loglevel',
    follows: 'CRITICAL|ERROR|WARNING|NOTICE|INFO|DEBUG|TRACEDEBUG|HEAVYDEBUG',
    told: 'how much is in the log',
  },
  { word: 'logtarget', follows: 'STDOUT|STDERR|SYSLOG|SYSTEMD-JOURNAL|SYSOUT|FILE', told: 'where the log goes' },
  { word: 'syslogsocket', follows: 'auto|FILE', told: 'where syslog listens' },
  { word: 'dbfile', follows: 'FILE', told: 'the database' },
  { word: 'dbpurgeage', follows: 'TIME', told: 'for how long ended bans are remembered' },
  { word: 'dbmaxmatches', follows: 'NUMBER', told: 'lines that are kept with a ban' },
]

/** Behind `get JAIL`. */
export const GOT: readonly Told[] = [
  { word: 'banned', follows: '[IP ...]', told: 'who is banned, or whether these are' },
  { word: 'banip', follows: '[--with-time]', told: 'who is banned, in the order of their ends' },
  { word: 'logpath', told: 'the logs that are watched' },
  { word: 'journalmatch', told: 'the entries of the journal that are watched' },
  { word: 'ignoreip', told: 'who is never banned' },
  { word: 'ignoreself', told: "whether this host's own addresses are never banned" },
  { word: 'ignorecommand', told: 'the program that is asked whom to ignore' },
  { word: 'ignorecache', told: 'how its answers are kept' },
  { word: 'findtime', told: 'for how many seconds a failure counts' },
  { word: 'maxretry', told: 'how many failures make a ban' },
  { word: 'bantime', told: 'how many seconds a ban lasts' },
  { word: 'maxlines', told: 'lines that one expression may span' },
  { word: 'maxmatches', told: 'lines that are kept of an address' },
  { word: 'usedns', told: 'whether names are looked up' },
  { word: 'logencoding', told: 'how the logs are encoded' },
  { word: 'logtimezone', told: 'the zone of dates that name none' },
  { word: 'datepattern', told: 'the form of the dates' },
  { word: 'prefregex', told: 'what a line must match first' },
  { word: 'failregex', told: 'the expressions of failures, with their numbers' },
  { word: 'ignoreregex', told: 'the expressions of what is no failure' },
  { word: 'actions', told: 'the names of its actions' },
  { word: 'action', follows: 'NAME KEY', told: 'a value of an action' },
  { word: 'actionproperties', follows: 'NAME', told: 'which values an action has' },
  { word: 'actionmethods', follows: 'NAME', told: 'what an action can be told to do' },
]

/** Behind `get JAIL` and `set JAIL`. */
export const GROWTH: readonly Told[] = [
  { word: 'bantime.increment', follows: 'true|false', told: 'whether a ban lasts longer each time' },
  { word: 'bantime.factor', follows: 'NUMBER', told: 'how much longer' },
  { word: 'bantime.formula', follows: 'TEXT', told: 'how its time is calculated' },
  { word: 'bantime.multipliers', follows: 'NUMBERS', told: 'how many times as long, one after another' },
  { word: 'bantime.maxtime', follows: 'TIME', told: 'the longest that it gets' },
  { word: 'bantime.rndtime', follows: 'TIME', told: 'by how much chance makes it longer' },
  { word: 'bantime.overalljails', follows: 'true|false', told: 'whether bans of all jails count' },
]

/** Behind `set JAIL`. */
export const SET: readonly Told[] = [
  { word: 'banip', follows: 'IP ...', told: 'ban addresses or networks' },
  { word: 'unbanip', follows: '[--report-absent] IP ...', told: 'lift bans' },
  { word: 'attempt', follows: 'IP [LINE ...]', told: 'count a failure of an address' },
  { word: 'idle', follows: 'on|off', told: 'whether its logs are left unread' },
  { word: 'addlogpath', follows: 'FILE [head|tail]', told: 'watch a log, from its start or its end' },
  { word: 'dellogpath', follows: 'FILE', told: 'watch it no more' },
  { word: 'addjournalmatch', follows: 'FIELD=VALUE ...', told: 'watch these entries of the journal too' },
  { word: 'deljournalmatch', follows: 'FIELD=VALUE ...', told: 'watch them no more' },
  { word: 'addignoreip', follows: 'IP', told: 'never ban it' },
  { word: 'delignoreip', follows: 'IP', told: 'ban it as any other' },
  { word: 'ignoreself', follows: 'true|false', told: "whether this host's own addresses are never banned" },
  { word: 'ignorecommand', follows: 'COMMAND', told: 'the program that is asked whom to ignore' },
  { word: 'ignorecache', follows: 'TEXT', told: 'how its answers are kept' },
  { word: 'findtime', follows: 'TIME', told: 'for how long a failure counts' },
  { word: 'maxretry', follows: 'NUMBER', told: 'how many failures make a ban' },
  { word: 'bantime', follows: 'TIME', told: 'how long a ban lasts; -1 for ever' },
  { word: 'maxlines', follows: 'NUMBER', told: 'lines that one expression may span' },
  { word: 'maxmatches', follows: 'NUMBER', told: 'lines that are kept of an address' },
  { word: 'usedns', follows: 'yes|warn|no|raw', told: 'whether names are looked up' },
  { word: 'logencoding', follows: 'auto|ascii|utf-8|latin-1', told: 'how the logs are encoded' },
  { word: 'logtimezone', follows: 'ZONE', told: 'the zone of dates that name none' },
  { word: 'datepattern', follows: 'TEXT', told: 'the form of the dates' },
  { word: 'prefregex', follows: 'REGEX', told: 'what a line must match first' },
  { word: 'addfailregex', follows: 'REGEX', told: 'add an expression of failures' },
  { word: 'delfailregex', follows: 'NUMBER', told: 'take one away' },
  { word: 'addignoreregex', follows: 'REGEX', told: 'add an expression of what is no failure' },
  { word: 'delignoreregex', follows: 'NUMBER', told: 'take one away' },
  { word: 'addaction', follows: 'NAME', told: 'add an action, which does nothing yet' },
  { word: 'delaction', follows: 'NAME', told: 'take an action away' },
  { word: 'action', follows: 'NAME KEY VALUE', told: 'change a value of an action' },
]
