/** A `datepattern`: one pattern on each line, some of them words with a meaning of their own. */
import { Fault } from '../../base/fault.ts'
import { FORMS, type Form } from './defaults.ts'
import { type Template, type TemplateText, template } from './template.ts'

/**
 * The templates that a datepattern stands for, in the order in which they are tried; the default ones if it names none.
 * @throws Fault `date.pattern` with the place in the pattern
 */
export function templatesOf(patterns: string | undefined): readonly Template[] {
  const found = new Map<string, Template>()
  for (const line of (patterns ?? '').split('\n')) {
    const pattern = line.trim()
    if (pattern === '' || pattern.toUpperCase() === '{DEFAULT}') continue
    for (const { text, many } of textsOf(pattern)) {
      const one = template(text)
      if (!found.has(one.name)) found.set(one.name, one)
      else if (!many) throw new Fault('date.pattern', `the date pattern "${pattern}" is named twice`)
    }
  }
  return found.size > 0 ? [...found.values()] : defaultTexts().map(template)
}

interface Entry {
  readonly text: TemplateText
  /** One word brought many templates: those that are there already are passed over. */
  readonly many: boolean
}

const LINE_WEIGHT = 100
const LINE = '{^LN-BEG}'

function textsOf(pattern: string): readonly Entry[] {
  const key = pattern.toUpperCase()
  if (key === LINE) return lineTexts().map((text) => ({ text, many: true }))
  if (key.includes('{DATE}')) return FORMS.map((form) => ({ text: inside(form, pattern), many: true }))
  return [{ text: single(pattern), many: false }]
}

/** Each form that can stand anywhere first at the line's begin, then all of them as they are. */
function defaultTexts(): readonly TemplateText[] {
  return [...FORMS.filter((form) => !form.only).map(lineBegin), ...FORMS.map(asIs)]
}

function lineTexts(): readonly TemplateText[] {
  return [...FORMS.filter((form) => !form.only).map(lineBegin), ...FORMS.filter((form) => form.only).map(asIs)]
}

function lineBegin(form: Form): TemplateText {
  if (form.kind) return stock(form, counted(form.kind, 'line', LINE_WEIGHT))
  return stock(form, tokens(form.pattern, 'line', LINE_WEIGHT))
}

function asIs(form: Form): TemplateText {
  if (form.kind) return stock(form, counted(form.kind, 'free', 1))
  return stock(form, tokens(form.pattern, form.only === 'line' ? 'line' : 'word', 1))
}

function stock(form: Form, text: TemplateText): TemplateText {
  return { ...text, stock: form.closed ? 'closed' : 'open' }
}

function inside(form: Form, pattern: string): TemplateText {
  if (pattern.toUpperCase() === `${LINE}{DATE}` && !form.only) return lineBegin(form)
  const text = single(pattern.replace(/\{DATE\}/gi, () => form.pattern))
  const mark = BEHIND.exec(pattern)
  return mark && !form.kind && !form.only ? { ...text, behind: mark[1] ?? mark[2] } : text
}

/** `^[^\[]*\[({DATE})`: the same character both times, and taken for itself. */
const BEHIND = /^\^\[\^(?:\\([[\](){}<>|"'])\]\*\\\1|([<>"',:;=@_~])\]\*\2)\(\{DATE\}\)$/i

/** A pattern of the admin's own. */
function single(pattern: string): TemplateText {
  const key = pattern.toUpperCase()
  if (key === '{NONE}') return tokens('^', 'free', 1, 'free')
  const count = /^(\^|\{\^LN-BEG\})?(L?EPOCH|TAI64N)$/.exec(key)
  if (count) {
    const kind = count[2] === 'EPOCH' ? 'epoch' : count[2] === 'LEPOCH' ? 'long epoch' : 'tai64n'
    return counted(kind, count[1] === undefined ? 'free' : 'line', count[1] === LINE ? LINE_WEIGHT : 1)
  }
  if (/\{L?EPOCH\}/.test(key)) return braced(pattern, key)
  if (pattern.startsWith(LINE)) return tokens(behind(pattern, LINE), 'line', 1)
  if (pattern.startsWith('{UNB}')) return tokens(behind(pattern, '{UNB}'), 'free', 1, 'free')
  return tokens(pattern, 'word', 1)
}

function tokens(
  pattern: string,
  begin: TemplateText['begin'],
  weight: number,
  end: 'word' | 'free' = 'word',
): TemplateText {
  return { pattern, begin, end, weight, kind: 'tokens' }
}

/** Blanks behind a prefix mean nothing, but stay where names of months or days make the pattern caseless: Fail2ban's way. */
function behind(pattern: string, prefix: string): string {
  const rest = pattern.slice(prefix.length)
  return /%[aAbBcp]/.test(rest) ? rest : rest.trimStart()
}

/** `{EPOCH}` inside a pattern: the rest of it is a plain expression, without tokens. */
function braced(pattern: string, key: string): TemplateText {
  const kind = key.includes('{LEPOCH}') ? 'long epoch' : 'epoch'
  const name = key === '{EPOCH}' || key === '{LEPOCH}' ? key : pattern
  return { pattern, begin: 'word', end: 'word', weight: 1, kind, name }
}

const COUNTED_NAMES = { epoch: 'Epoch', 'long epoch': 'LongEpoch', tai64n: 'TAI64N' } as const

/** Digits alone: an epoch stands at the line's begin, perhaps in a bracket, or in the kernel's `audit(...)`. */
function counted(kind: 'epoch' | 'long epoch' | 'tai64n', begin: 'line' | 'free', weight: number): TemplateText {
  const name = `${begin === 'line' ? LINE : ''}${COUNTED_NAMES[kind]}`
  const word = kind === 'tai64n' ? '{TAI64N}' : kind === 'epoch' ? '{EPOCH}' : '{LEPOCH}'
  const place = begin === 'line' || kind === 'tai64n' ? '' : '(?:^|(?<=^\\[)|(?<=\\baudit\\())'
  return { pattern: `${place}${word}`, begin, end: 'word', weight, kind, name }
}
