import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { random } from '../../fuzz/random.ts'
import { script, type Value } from '../../src/action/script.ts'
import { payloads } from './payloads.ts'

const folder = mkdtempSync(join(tmpdir(), 'rampart-script-'))
after(() => rmSync(folder, { recursive: true }))
const mark = join(folder, 'run')

const isTag = (name: string) => /^(ip|matches|F-[A-Z]+)$/.test(name)
const hostile = (text: string): Map<string, Value> =>
  new Map([
    ['F-USER', { text, isOwn: false }],
    ['matches', { text: `x ${text}\ny ${text}`, isOwn: false }],
    ['ip', { text: '192.0.2.1', isOwn: true }],
  ])

/** Each prints what it was given, or what its note says of it; each has the tag once. */
const PLACES: readonly (readonly [name: string, script: string, printed?: (text: string) => string])[] = [
  ['as a word', 'p <F-USER>'],
  ['within a word', 'p a<F-USER>b', (text) => `a${text}b`],
  ['after a backslash', 'p \\<F-USER>'],
  ['in double quotes', 'p "a <F-USER>b"', (text) => `a ${text}b`],
  ['in double quotes after a backslash', 'p "\\<F-USER>"', (text) => `\\${text}`],
  ['in single quotes', "p 'a <F-USER>b'", (text) => `a ${text}b`],
  ['in single quotes alone', "p '<F-USER>'"],
  ['between quotes', `p "a"'<F-USER>'"b"`, (text) => `a${text}b`],
  ['in a here-document', 'cat <<EOF\na <F-USER>b\nEOF\np c', (text) => `a ${text}b\nc`],
  ['in a here-document with tabs', 'cat <<-EOF\n\ta <F-USER>b\n\tEOF\np c', (text) => `a ${text}b\nc`],
  ['in a quoted here-document', "cat <<'EOF'\na <F-USER>b $x `y` \\\nEOF\np c", (text) => `a ${text}b $x \`y\` \\\nc`],
  ['in the second of two here-documents', 'cat <<A - <<"B"\nx\nA\n<F-USER>\nB', (text) => `${text}\n`],
  ['in a command substitution', 'p "$(p <F-USER>)"', (text) => text.replace(/\n+$/, '')],
  ['in one in double quotes', 'p "$(p "<F-USER>")"', (text) => text.replace(/\n+$/, '')],
  ['in backquotes', 'p "`p "<F-USER>"`"', (text) => text.replace(/\n+$/, '')],
  [
    'in a case in a command substitution',
    'p "$(case a in a) p "<F-USER>";; esac)"',
    (text) => text.replace(/\n+$/, ''),
  ],
  ['in a default value', `p "\${none:-<F-USER>}"`],
  ['in an unquoted default value', `p \${none:-<F-USER>}`],
  ['in an assignment', 'v=<F-USER>; p "$v"'],
  ['in a loop', 'for v in <F-USER>; do p "$v"; done'],
  ['in a function', 'f() { p "$1"; }; f <F-USER>'],
  ['in a subshell', '(p "<F-USER>")'],
  ['as a pattern', 'case <F-USER> in <F-USER>) p same;; esac', () => 'same'],
  ['in arithmetic', 'p $((1 + <F-USER>))', () => '1'],
  ['in a comment', '# <F-USER>\np c # <F-USER>', () => 'c'],
  ['after a quote in a comment', "# it's\np '<F-USER>'"],
  ['in a pipe', "p '<F-USER>' | cat"],
  ['as the argument of a script of a second shell', `sh -c 'printf %s "$1"' x <F-USER>`],
  ['over several lines', 'if true; then\n  p "a\n<F-USER>b"\nfi', (text) => `a\n${text}b`],
]

/** Another shell is asked with all of them at once. */
const SHELLS: readonly (readonly [shell: string, payloads: ReturnType<typeof payloads>])[] = [
  ['/bin/sh', payloads(mark)],
  [
    '/bin/bash',
    [
      [
        'all together',
        payloads(mark)
          .flatMap(([, text]) => text)
          .join(' '),
      ],
    ],
  ],
]

for (const [shell, texts] of SHELLS) {
  describe(`a hostile value in ${shell}`, { skip: existsSync(shell) ? false : 'it is not installed' }, () => {
    for (const [place, body, printed = (text: string) => text] of PLACES) {
      test(`R46 ${place} runs nothing and stays as it is`, () => {
        const compiled = script(`p() { printf %s "$@"; }\n${body}`, isTag)
        for (const [name, text] of texts) {
          const { out, err } = run(shell, compiled.render(hostile(text)))
          assert.equal(existsSync(mark), false, `${name} was run`)
          assert.equal(out, printed(text), `${name}: ${err}`)
        }
      })
    }
  })
}

describe('a value that another interpreter reads as code', () => {
  const SCRIPTS: readonly (readonly [name: string, script: string])[] = [
    ['sh -c', 'sh -c "echo <F-USER>"'],
    ['sh -c in single quotes', "sh -c 'echo <F-USER>'"],
    ['sh -ec behind a program', 'timeout 5 /bin/sh -ec "echo <F-USER> done"'],
    ['eval', 'eval echo <F-USER>'],
    ['eval in double quotes', 'eval "x=<F-USER>"'],
    ['a shell that reads a here-document', 'sh <<EOF\necho <F-USER>\nEOF'],
    ['awk', 'awk "BEGIN { print \\"<F-USER>\\" }"'],
    ['awk with an option', 'awk -v a=1 \'BEGIN { print "<F-USER>" }\''],
    ['sed', "echo a | sed 's/a/<F-USER>/'"],
    ['perl', "perl -e 'print qq{<F-USER>}'"],
  ]
  for (const [name, body] of SCRIPTS) {
    test(`R46 by ${name} runs nothing`, () => {
      const compiled = script(body, isTag)
      assert.deepEqual(compiled.asCode, ['F-USER'])
      for (const [payload, text] of payloads(mark)) {
        run('/bin/sh', compiled.render(hostile(text)))
        assert.equal(existsSync(mark), false, `${payload} was run`)
      }
      const { out } = run('/bin/sh', compiled.render(hostile('bob.smith:example')))
      if (!name.startsWith('eval in')) assert.match(out, /bob\.smith:example/)
    })
  }
})

describe('a value', () => {
  const cat = script('printf %s "<F-USER>"', isTag)
  const VALUES: readonly (readonly [name: string, text: string, printed: string])[] = [
    ['loses control characters, and keeps tabs and newlines', 'a\x00\x01\x1b[2J\r\x7f\x9bb\tc\nd', 'a[2Jb\tc\nd'],
    ['has at most 4 kB, cut between letters', 'é'.repeat(3000), 'é'.repeat(2048)],
    ['has no half of a surrogate pair', 'a\ud800b', 'a\ufffdb'],
  ]
  for (const [name, text, printed] of VALUES) {
    test(name, () => assert.equal(run('/bin/sh', cat.render(hostile(text))).out, printed))
  }
})

describe('a tag', () => {
  const ROWS: readonly (readonly [name: string, script: string, printed: string])[] = [
    [
      'that is the guard’s own word is text, in every quoting',
      `printf '%s ' <ip> "<ip>" '<ip>' $((1+<F-N>))`,
      '192.0.2.1 192.0.2.1 192.0.2.1 1 ',
    ],
    ['without a value is no word', 'printf "[%s]" a <F-NONE> "<F-NONE>"', '[a][]'],
    ['that nobody knows stays', 'printf %s "<unknown> <F-user>"', '<unknown> <F-user>'],
    ['that names two things has two values', 'printf %s "<F-USER><matches>"', 'ux u\ny u'],
  ]
  for (const [name, body, printed] of ROWS) {
    test(name, () => assert.equal(run('/bin/sh', script(body, isTag).render(hostile('u'))).out, printed))
  }

  test('of a value is not replaced again', () => {
    const { text, env } = script('echo <F-USER>', isTag).render(hostile('<ip>'))
    assert.deepEqual([text, env], [`echo \${RAMPART_F_USER:+"$RAMPART_F_USER"}`, { RAMPART_F_USER: '<ip>' }])
  })

  test('shares its variable with no other', () => {
    const compiled = script('printf %s "<F-AB><F-A_B><F-A-B>"', (name) => name.startsWith('F-'))
    const values = new Map(['F-AB', 'F-A_B', 'F-A-B'].map((tag) => [tag, { text: tag, isOwn: false }]))
    assert.equal(run('/bin/sh', compiled.render(values)).out, 'F-ABF-A_BF-A-B')
  })
})

describe('scripts by chance', () => {
  const TOKENS = [
    ...[
      "'",
      '"',
      '`',
      '$(',
      ')',
      '\\',
      'echo ',
      ' ',
      '\n',
      '; ',
      '|cat',
      '&&',
      'x=',
      '{ ',
      '; }',
      '(',
      '#',
      "$'",
      '$x',
    ],
    ...['<<EOF\n', "<<'EOF'\n", 'EOF\n', '<<-"E F"\n', 'E F\n', '\t', 'case a in a)', ';; esac', '1', '+', '$((', '))'],
    ...[`\${x:-`, `\${x#`, '}', '<F-USER>', '<F-USER>', '<F-USER>'],
  ]
  const next = random(20_261_122)
  const upTo = (count: number) => Math.floor(next() * count)
  const scripts = Array.from({ length: 600 }, () =>
    Array.from({ length: 2 + upTo(14) }, () => TOKENS[upTo(TOKENS.length)]).join(''),
  )

  test('without a tag they are as they were', () => {
    for (const text of scripts) assert.equal(script(text, () => false).render(new Map()).text, text)
  })

  test('R46 run no value, however they are misread', () => {
    const texts = payloads(mark)
    for (const text of scripts.filter((one) => one.includes('<F-USER>')).slice(0, 150)) {
      const [name, value] = texts[upTo(texts.length)]!
      run('/bin/sh', script(text, isTag).render(hostile(value)))
      assert.equal(existsSync(mark), false, `${name} was run by ${JSON.stringify(text)}`)
    }
  })
})

function run(shell: string, { text, env }: { readonly text: string; readonly env: Readonly<Record<string, string>> }) {
  const { stdout, stderr } = spawnSync(shell, ['-c', text], {
    cwd: folder,
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8', ...env },
    encoding: 'utf8',
    input: '',
  })
  return { out: stdout, err: stderr }
}
