/** The entry of ufw: which error comes first, exit codes, where it is told. The answers were recorded from ufw 0.36.2. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ufw } from '../../../src/cli/ufw/ufw.ts'
import { typedTo } from '../typed.ts'

const NOT_ROOT = 'You need to be root to run this script'

/** Said by an ordinary user: a bad sentence is refused as such as far as its words alone can tell. */
const ROWS: Readonly<Record<string, string>> = {
  status: NOT_ROOT,
  enable: NOT_ROOT,
  'app list': NOT_ROOT,
  'show added': NOT_ROOT,
  'allow 22': NOT_ROOT,
  '--dry-run allow 22': NOT_ROOT,
  'allow foo': NOT_ROOT,
  'route allow 22': NOT_ROOT,
  'delete 0': NOT_ROOT,
  allow: 'Invalid syntax',
  delete: 'Invalid syntax',
  rule: 'Invalid syntax',
  foo: 'Invalid syntax',
  'default foo': 'Invalid syntax',
  'logging foo': 'Invalid syntax',
  'show foo': 'Invalid syntax',
  'app foo': 'Invalid syntax',
  'app info': 'Invalid syntax',
  'app default foo': 'Invalid syntax',
  'allow 22 23': "Need 'to' or 'from' clause",
  'allow from 1.2.3.4.5': 'Bad source address',
  'allow 22 proto tcp': 'Wrong number of arguments',
  'allow to any port': 'Wrong number of arguments',
  'insert x allow 22': "Insert position 'x' is not a valid position",
  'insert 0 allow 22': "Cannot insert rule at position '0'",
  'allow from any port 5:1 proto tcp': "Bad port '5:1'",
  'allow in on !x': "Bad interface name: reserved character: '!'",
  'allow 22/foo': 'Bad port',
  'allow 99999': 'Bad port',
  'allow from ::1 to 1.2.3.4': "Mixed IP versions for 'from' and 'to'",
}

for (const [sentence, message] of Object.entries(ROWS)) {
  test(`an ordinary user's "ufw ${sentence}" ends in: ${message}`, async () => {
    const { code, out, err } = await typedTo(ufw, sentence.split(' '))
    assert.equal(err, `ERROR: ${message}\n`)
    assert.equal(code, 1)
    assert.equal(out.startsWith('\nUsage: ufw'), message === 'Invalid syntax')
  })
}

test('no words at all', async () => {
  const { code, out, err } = await typedTo(ufw, [])
  assert.deepEqual([code, err, out.startsWith('\nUsage: ufw')], [1, 'ERROR: not enough args\n', true])
})

for (const word of ['help', '--help', '-h', 'HELP']) {
  test(`ufw ${word} helps anybody`, async () => {
    const { code, out, err } = await typedTo(ufw, [word])
    assert.deepEqual([code, err, out.startsWith('\nUsage: ufw')], [0, '', true])
  })
}

for (const word of ['version', '--version', 'Version']) {
  test(`ufw ${word} begins with the version of UFW`, async () => {
    const { code, out, err } = await typedTo(ufw, [word])
    assert.deepEqual([code, err, out.split('\n')[0]], [0, '', 'ufw 0.36.2'])
  })
}

test('what was typed can tell a terminal nothing', async () => {
  const { err } = await typedTo(ufw, ['insert', '\x1b[31m1', 'allow', '22'])
  assert.equal(err, "ERROR: Insert position '\\x1b[31m1' is not a valid position\n")
})
