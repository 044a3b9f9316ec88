/** /etc/default/ufw and ufw.conf: what counts in them, and what is left alone when a line changes. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { assign, readAssignments } from '../../../src/config/ufw/assignments.ts'
import { bytesOfText, textOfBytes } from '../../../src/config/ufw/bytes.ts'

/** As UFW 0.36.2 takes them. */
const AS_UFW: Readonly<Record<string, string | undefined>> = {
  'IPV6=yes': 'yes',
  'IPV6="yes"': 'yes',
  'IPV6=YES': 'yes',
  'ipv6=yes': 'yes',
  'IPV6=yes\r': 'yes',
  'IPV6 = yes': undefined,
  '#IPV6=yes': undefined,
  'export IPV6=yes': undefined,
  'IPV6=no\nIPV6=yes': 'yes',
  'IPV6=yes\ngarbage\n=x\n$(x)=y': 'yes',
  'IPV6=': '',
  'IPV6=""': '',
  'IPV6=fo"o': 'fo"o',
}

/** As the shell does that UFW loads its rules with; UFW's commands take them for no. */
const AS_SHELL: Readonly<Record<string, string | undefined>> = {
  "IPV6='yes'": 'yes',
  'IPV6=yes # why': 'yes',
  'IPV6="yes" # why': 'yes',
  '  IPV6=yes': 'yes',
  'IPV6=yes\nIPV6=': '',
}

describe('a line says', () => {
  for (const [text, value] of Object.entries({ ...AS_UFW, ...AS_SHELL })) {
    test(`${JSON.stringify(text)}: ${value ?? 'nothing'}`, () => assert.equal(readAssignments(text).get('ipv6'), value))
  }
})

describe('changing a line leaves the others as they are', () => {
  const rows: readonly (readonly [old: string, now: string])[] = [
    ['# c\nENABLED=no\n# d\nLOGLEVEL=low\nFOO=1\n', '# c\nENABLED=yes\n# d\nLOGLEVEL=low\nFOO=1\n'],
    ['ENABLED="no"\n', 'ENABLED=yes\n'],
    ['ENABLED=no # c\n', 'ENABLED=yes\n'],
    ['LOGLEVEL=low', 'LOGLEVEL=low\nENABLED=yes\n'],
    ['', 'ENABLED=yes\n'],
    ['ENABLED=no\nX=1\nENABLED=maybe', 'ENABLED=yes\nX=1\nENABLED=yes\n'],
    ['enabled=no\n', 'enabled=no\nENABLED=yes\n'],
    [' ENABLED=no\n', ' ENABLED=no\nENABLED=yes\n'],
    ['#ENABLED=no\n', '#ENABLED=no\nENABLED=yes\n'],
    ['ENABLED=no\r\nX=1\r\n', 'ENABLED=yes\nX=1\n'],
  ]
  for (const [old, now] of rows) {
    test(JSON.stringify(old), () => {
      assert.equal(assign(old, 'ENABLED', 'yes'), now)
      assert.equal(assign(now, 'ENABLED', 'yes'), now)
      assert.equal(readAssignments(now).get('enabled'), 'yes')
    })
  }
  test('a name that ends in it is another', () =>
    assert.equal(assign('XENABLED=1\n', 'ENABLED', 'yes'), 'XENABLED=1\nENABLED=yes\n'))
})

test('bytes of any encoding come out as they went in', () => {
  const bytes = Uint8Array.from({ length: 70_000 }, (_, index) => index % 256)
  assert.deepEqual(bytesOfText(textOfBytes(bytes)), bytes)
})
