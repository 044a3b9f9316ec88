/** How far an expression comes that does not match: where it and the text part. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reacher } from '../../src/filter/explain-reach.ts'

/** `▸` stands where the expression and the text part. */
const rows: readonly [sentence: string, expression: string, text: string][] = [
  ['at the first character that is another', '^Failed pa▸ssword from <HOST>$', 'Failed pa▸ckage'],
  ['at nothing at all', '^▸Failed', '▸Passed'],
  ['behind a tag', '^from <HOST>▸:', 'from 192.0.2.1▸;'],
  ['within a group', '^(?:Failed pass▸word) for', 'Failed pass▸phrase for'],
  ['within the alternative that comes furthest', '^(?:Failed key|Failed pass▸word) for', 'Failed pass▸phrase for'],
  ['within nested groups', '^((?:a(?:bc|d)▸e)f)g', 'abc▸xfg'],
  ['within a tag with an end', '^<F-USER>user r▸oot</F-USER> from', 'user r▸alf from'],
  ['behind what may be left out', '^a(?: b)? ▸c', 'a ▸d'],
  ['behind a loop that took all there was; its text where the loop began', '^Failed .*▸from', 'Failed ▸to root'],
  ['behind a loop that left something', '^Failed \\S+ f▸rom', 'Failed abc f▸or root'],
  ['at the end that was to come', '^Failed for root▸$', 'Failed for root▸ again'],
  ['in the nearest of several', '^xyz|^abd e▸fg', 'abd e▸xx'],
  ['behind a set with a bracket first', '^[]x] ▸y', '] ▸z'],
  ['behind a reference', '^(?P<q>["\'])a(?P=q) ▸z', '"a" ▸y'],
  ['under flags for the whole', '(?i)FAILED ▸for', 'failed ▸by'],
  ['behind a letter beyond the first plane', '^\u{1f600}a▸b', '\u{1f600}a▸c'],
]

for (const [sentence, expression, text] of rows) {
  test(`it parts ${sentence}`, () => {
    const python = expression.replace('▸', '')
    const plain = text.replace('▸', '')
    const reach = reacher('warn', false).reach(python, `${plain}\n`)
    assert.ok(reach)
    const found = [...python].slice(0, reach.expression).join('')
    assert.equal(`${found}▸${python.slice(found.length)}`, expression)
    assert.equal(`${plain.slice(0, reach.text)}▸${plain.slice(reach.text)}`, text)
  })
}

test('expressions that span lines are told where in which', () => {
  const python = '^first$<SKIPLINES>^second <HOST>$'
  const reach = reacher('no', true).reach(python, 'first\nother\nsecond x\n')
  assert.ok(reach)
  assert.equal([...python].slice(0, reach.expression).join(''), '^first$<SKIPLINES>^second ')
})
