/** The spots of `ufw`: its commands, and the words of a rule in any order. */
import type { Offered, Source, Spot } from './spot.ts'

export function ufwSpots(): readonly Spot[] {
  return [
    { name: 'ufw', words: [...COMMANDS, ...OPTIONS], values: [] },
    { name: 'ufw-default', words: [], values: [words('allow deny reject'), words('incoming outgoing routed')] },
    { name: 'ufw-logging', words: [], values: [words('off on low medium high full')] },
    { name: 'ufw-status', words: [...said('verbose numbered'), AS_JSON], values: [] },
    {
      name: 'ufw-show',
      words: [...said('added listening raw builtins before-rules user-rules after-rules logging-rules'), AS_JSON],
      values: [],
    },
    {
      name: 'ufw-app',
      words: [
        { word: 'list', told: 'which profiles there are' },
        { word: 'info', told: 'the ports of a profile', into: 'ufw-app-info' },
        { word: 'update', told: 'give its rules the ports it has now', into: 'ufw-app-update' },
        { word: 'default', told: 'what update --add-new does', into: 'ufw-app-default' },
        AS_JSON,
      ],
      values: [],
    },
    { name: 'ufw-app-info', words: [], values: [{ source: { words: ['all'], asked: ['profiles'] } }] },
    {
      name: 'ufw-app-update',
      words: [{ word: '--add-new', told: 'add a rule where there is none' }],
      values: [{ source: { words: ['all'], asked: ['profiles'] } }],
    },
    { name: 'ufw-app-default', words: [], values: [words('allow deny reject skip')] },
    { name: 'ufw-rule', words: CLAUSES, values: [{ source: { asked: ['services', 'profiles'] } }] },
    { name: 'ufw-action', words: ACTIONS, values: [] },
    { name: 'ufw-insert', words: [], values: [{ source: {}, into: 'ufw-action' }] },
    { name: 'ufw-delete', words: ACTIONS, values: [{ source: {} }] },
    { name: 'ufw-route', words: [...ACTIONS, ...PLACES], values: [] },
  ]
}

function said(text: string): readonly Offered[] {
  return text.split(' ').map((word) => ({ word }))
}

function words(text: string): { readonly source: Source } {
  return { source: { words: text.split(' ') } }
}

const AS_JSON: Offered = { word: '--json', told: 'for programs' }

const ACTIONS: readonly Offered[] = [
  { word: 'allow', told: 'let in', into: 'ufw-rule' },
  { word: 'deny', told: 'drop without an answer', into: 'ufw-rule' },
  { word: 'reject', told: 'refuse with an answer', into: 'ufw-rule' },
  { word: 'limit', told: 'let in, but not too often', into: 'ufw-rule' },
]

const PLACES: readonly Offered[] = [
  { word: 'prepend', told: 'put a rule before the others', into: 'ufw-action' },
  { word: 'insert', told: 'put a rule in a place', into: 'ufw-insert' },
  { word: 'delete', told: 'take a rule away', into: 'ufw-delete' },
]

const COMMANDS: readonly Offered[] = [
  { word: 'enable', told: 'switch the firewall on, now and at boot' },
  { word: 'disable', told: 'switch it off' },
  { word: 'reload', told: 'read the files again' },
  { word: 'reset', told: 'back to no rules; the old files are kept' },
  { word: 'default', told: 'what becomes of packets that no rule names', into: 'ufw-default' },
  { word: 'logging', told: "how much the kernel's log tells", into: 'ufw-logging' },
  ...ACTIONS,
  ...PLACES,
  { word: 'route', told: 'a rule for what this host passes on', into: 'ufw-route' },
  { word: 'status', told: 'whether it is on, and its rules', into: 'ufw-status' },
  { word: 'show', told: 'rules, listeners, or what the kernel has', into: 'ufw-show' },
  { word: 'app', told: 'profiles of programs', into: 'ufw-app' },
  { word: 'confirm', told: 'keep a change that would be taken back' },
  { word: 'version', told: 'print the version' },
  { word: 'help', told: 'show how it is used' },
]

const OPTIONS: readonly Offered[] = [
  { word: '--dry-run', told: 'show what would be done' },
  { word: '--force', told: 'do not ask' },
  AS_JSON,
  { word: '--rollback', told: 'undo it after so many seconds, unless ufw confirm comes', value: {} },
  { word: '--version', told: 'print the version' },
  { word: '--help', told: 'show how it is used' },
]

const END: Source = { words: ['any'], asked: ['ends'] }

const CLAUSES: readonly Offered[] = [
  { word: 'in', told: 'what comes in' },
  { word: 'out', told: 'what goes out' },
  { word: 'on', told: 'an interface', value: { asked: ['interfaces'] } },
  { word: 'log', told: 'log new connections' },
  { word: 'log-all', told: 'log every packet' },
  { word: 'proto', told: 'a protocol', value: { words: 'tcp udp ah esp gre igmp ipv6'.split(' ') } },
  { word: 'from', told: 'whence: an address, a network, a list', value: END },
  { word: 'to', told: 'where to: an address, a network, a list', value: END },
  { word: 'port', told: 'a port or several, or a service', value: { asked: ['services'] } },
  { word: 'app', told: 'a profile', value: { asked: ['profiles'] } },
  { word: 'comment', told: 'a note that status shows', value: {} },
]
