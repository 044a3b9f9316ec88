/** Every row was measured beside Fail2ban 1.0.2. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseReference, splitList } from '../../src/config/list.ts'

const WORDS: readonly (readonly [string, readonly string[]])[] = [
  ['a b\nc', ['a', 'b', 'c']],
  ['a[x=1] b[x=2]', ['a[x=1]', 'b[x=2]']],
  ['a[x="1 2", y=3 4] b', ['a[x="1 2", y=3 4]', 'b']],
  ['a[x=1,\ny=2]\nb', ['a[x=1,\ny=2]', 'b']],
  ['a[x="]", y=\'] \'] b', ['a[x="]", y=\'] \']', 'b']],
  ['a[x=1] [y=2]\n[z=3] b', ['a[x=1] [y=2]\n[z=3]', 'b']],
  ['a [y=2] b', ['a [y=2]', 'b']],
  ['a[x =1]', ['a[x', '=1]']],
  ['a[x=1\nb', ['a[x=1', 'b']],
  ['a[x=1], b', ['a[x=1],', 'b']],
  ['a[x="1" , y=2] b', ['a[x="1" , y=2]', 'b']],
  ['a[x="a] b] c', ['a[x="a]', 'b]', 'c']],
  ['a[x=a b]c d] e', ['a[x=a', 'b]c', 'd]', 'e']],
  ['a[x=[b], y=1] c', ['a[x=[b],', 'y=1]', 'c']],
  ['a[ ] b', ['a[ ]', 'b']],
]
for (const [text, words] of WORDS) {
  test(`the words of ${JSON.stringify(text)}`, () => assert.deepEqual(splitList(text), words))
}

const REFERENCES: readonly (readonly [string, string, Readonly<Record<string, string>>])[] = [
  ['a', 'a', {}],
  ['a[]', 'a', {}],
  ['a[ x= 1 , y=2 ,]', 'a', { x: '1', y: '2' }],
  ['a[x="1,2",y=\'3"4\',Z=5]', 'a', { x: '1,2', y: '3"4', Z: '5' }],
  ['a[x="  1  ", y="two\n  lines"]', 'a', { x: '1', y: 'two\n  lines' }],
  ['a[x=1][y=2] [ z=3]', 'a', { x: '1', y: '2', z: '3' }],
  ['a[x=1,x=2]', 'a', { x: '2' }],
  ['a[x=,y=""]', 'a', { x: '', y: '' }],
  ['a[x=b=c, y="d]e", z=[f]', 'a', { x: 'b=c', y: 'd]e', z: '[f' }],
  ['a[x="b c]', 'a', { x: '"b c' }],
  ['a[x.y-z_0=1]', 'a', { 'x.y-z_0': '1' }],
  ['a [x=1]', 'a ', { x: '1' }],
]
for (const [text, name, parameters] of REFERENCES) {
  test(`${JSON.stringify(text)} is ${name} with its parameters`, () => {
    const reference = parseReference(text)
    assert.equal(reference.name, name)
    assert.deepEqual(Object.fromEntries(reference.parameters), parameters)
  })
}

const REFUSED = [
  ...['a[', 'a[x', 'a[x=1', '[x=1]', 'a[x=1]b', 'a[x]', 'a[x=1,y]', 'a[,x=1]', 'a[x=1,,y=2]', 'a[=1]'],
  ...['a[x=1]]', 'a[x=1],b[y=2]', 'a[x="1" , y=2]', 'a[x="1"2]', 'a[x="1" ]', 'a[x="""]', 'a[x?y=1]', 'a[][x=1]'],
]
for (const text of REFUSED) {
  test(`${text} is refused`, () => assert.throws(() => parseReference(text), { code: 'config.bad-parameters' }))
}

test('a group that never closes costs no more than its length', () => {
  const text = `a[${Array.from({ length: 2000 }, (_, i) => `x${i}="${i}"`).join(',')}`
  assert.ok(splitList(`${text} b c d`).length >= 3)
})
