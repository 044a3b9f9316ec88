/** Profiles of applications, good and bad: the installed ufw knows the same and warns of the same. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serviceLookup } from '../../../src/config/service-lookup.ts'
import { ufwPaths } from '../../../src/config/ufw/paths.ts'
import { readProfiles } from '../../../src/config/ufw/read-profiles.ts'
import { fakeWorld } from '../../../src/world/fake.ts'
import { realWorld } from '../../../src/world/real.ts'
import { askUfw, NO_UFW } from './ask-ufw.ts'

const FOLDER = ufwPaths().profiles

function profile(name: string, more: Readonly<Record<string, string>> = {}): string {
  const values = Object.entries({ title: 'T', description: 'D', ports: '80/tcp', ...more })
  return `[${name}]\n${values.map(([key, value]) => `${key}=${value}\n`).join('')}`
}

const BODY = 'title=T\ndescription=D\nports=80\n'

const FILES: Readonly<Record<string, string>> = {
  'a profile': profile('Zapp'),
  'blanks around everything': '  [Zapp]  \n title =  T t \n description: D\n ports = 80/tcp \n',
  'blanks inside the brackets': '[ Zapp ]\ntitle=T\ndescription=D\nports=80\n',
  'words behind the brackets': `[Zapp] junk\n${BODY}`,
  'a second bracket': `[a]b]\n${BODY}`,
  'no title': '[Zapp]\ndescription=D\nports=80\n',
  'no title and no ports': '[Zapp]\nfoo=1\n',
  'an empty title': profile('Zapp', { title: '' }),
  'keys in other letters': '[Zapp]\nTITLE=T\nDescription=D\nPorts=80\n',
  'a key twice': `${profile('Zapp')}ports=90\n`,
  'a section twice': profile('Zapp') + profile('Zapp'),
  'sections that differ in their letters': profile('Zapp') + profile('ZAPP'),
  'comments, and none': '# c\n; d\n[Zapp]\n# c\ntitle=T ; x\ndescription=D # y\nports=80\n',
  'values over several lines': '[Zapp]\ntitle=T\ndescription=D\n more\n\n# c\n  x\n \n\nports=80\n',
  'ports over several lines': profile('Zapp', { ports: '80\n 81' }),
  'an indented key': '[Zapp]\ntitle=T\n description=D\nports=80\n',
  'no section': BODY,
  'an empty section': `[]\n${BODY}`,
  'a line that is nothing': `[Zapp]\njunk\n${BODY}`,
  'a key that is empty': `[Zapp]\n=v\n${BODY}`,
  'percent signs': profile('Zapp', { description: '100% %(title)s' }),
  'a default section': '[DEFAULT]\ntitle=DD\n[Zapp]\ndescription=D\nports=80\n',
  'two default sections': `[DEFAULT]\ntitle=x\n[DEFAULT]\nfoo=y\n${profile('Zapp')}`,
  'a default key twice': `[DEFAULT]\ntitle=x\n[DEFAULT]\ntitle=y\n${profile('Zapp')}`,
  'only a default section': '[DEFAULT]\ntitle=x\n',
  'a long key in the default section': `[DEFAULT]\n${'k'.repeat(70)}=1\n${profile('Zapp')}`,
  nothing: '',
  'only a comment': '# x\n',
  'CR LF': profile('Zapp').replaceAll('\n', '\r\n'),
  'CR alone': profile('Zapp').replaceAll('\n', '\r'),
  'a byte order mark': `\ufeff${profile('Zapp')}`,
  'a byte order mark in a value': profile('Zapp', { title: '\ufeff' }),
  'blanks of Unicode': `[Zapp]\ntitle=T\u2028b=D\ndescription=\u00a0\u3000\nports=80\n`,
  'separators of ASCII': '[Zapp]\ntitle=T\x1cdescription=D\nports=80\n',
  'no UTF-8': profile('Zapp', { title: '\udce9' }),
  'a control character': profile('Zapp', { title: 'T\x1b[31m' }),
  'a service of that name': profile('ssh'),
  'a service of that name with a long value': profile('ssh', { description: 'd'.repeat(2000) }),
  'a name of 64 characters': profile('Z'.repeat(64)),
  'a name of 65 characters': profile('Z'.repeat(65)),
  'a bad name of 65 characters': profile('*'.repeat(65)),
  'a key of 65 characters': profile('Zapp', { ['k'.repeat(65)]: 'x' }),
  'a value of 1024 characters': profile('Zapp', { description: 'é'.repeat(1024) }),
  'a value of 1025 characters': profile('Zapp', { foo: 'd'.repeat(1025) }),
  'bad ports and a long value': profile('Zapp', { ports: 'x/', foo: 'd'.repeat(1025) }),
  'a good and a bad one': profile('Aapp') + profile('Zapp', { ports: 'x/' }),
  ...Object.fromEntries(
    [
      ...[
        '*',
        "Z'x",
        'Z/x',
        'Z,x',
        '22',
        '22x',
        '-x',
        'a_b.c+d-e',
        'a%b',
        'all',
        'ALL',
        'any',
        'é',
        'in',
        'a@b',
        'a:b',
      ],
      ...['a (b)', 'a"b', 'a&b', 'a!b', 'a#b', 'a=b', 'ab ', 'a  b', 'a$b', 'a\\b', 'a', 'a\tb', '.', 'x.', '_x', '+x'],
      ...['a;b', '0', '1a', 'a\u00a0b', 'Ａ', 'a\x7fb', 'a\x1b[31mb'],
    ].map((name) => [`the name ${JSON.stringify(name)}`, profile(name)]),
  ),
  ...Object.fromEntries(
    [
      ...['80', '80/tcp', '80,443', '80,443/tcp', '443,80/tcp', '80/tcp|443/udp', '80 | 443', '80|80', '80/icmp'],
      ...['80/esp', '80/any', '80/TCP', '1:5', '1:5/udp', '5:1/udp', '0', '65536', 'http', 'http/tcp', '80/tcp/udp'],
      ...[
        '80/',
        '/tcp',
        '|80',
        '80|',
        '80||81',
        '80,/tcp',
        '080',
        '80 /tcp',
        '80/ tcp',
        '80, 443/tcp',
        'any',
        'any/tcp',
      ],
      ...['1,2,3,4,5,6,7,8,9,10,11,12,13,14,15/tcp', '1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16/tcp'],
      ...['1,2,3,4,5,6,7,8,9,10,11,12,13:20,14/tcp', '1:2,3:4,5:6,7:8,9:10,11:12,13:14,15:16/tcp', '80-90/tcp'],
      ...[
        '80;90',
        '-1',
        '+1',
        '1.5',
        '80/tcp,udp',
        '80/ipv6',
        '1:65535/tcp',
        'http,https/tcp',
        '80\t|81',
        'http:80/tcp',
      ],
      ...['80:http/tcp', 'HTTP', 'nosuch', '1:1/tcp', '1:2:3/tcp', ':2/tcp', '1:/tcp', '80,any/tcp', 'x'],
    ].map((ports) => [`the ports ${JSON.stringify(ports)}`, profile('Zapp', { ports })]),
  ),
}

const SETS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'one name in three files': { a: profile('Dup'), b: profile('Dup'), c: profile('Dup') },
  'what editors and package managers leave': Object.fromEntries(
    [
      ...['.x', 'x.dpkg-old', 'x.dpkg-new', 'x.dpkg-dist', 'x.dpkg-tmp', 'x.dpkg-bak', 'x.dpkg-', 'x.rpmsave'],
      ...['x.rpmnew', 'x.rpmorig', 'x.rpm', 'x~', 'x.bak', 'x.swp', '#x#', 'x y', 'x.ucf-dist', 'x.dpkg-old~'],
    ].map((name, index) => [name, profile(`N${index}`)]),
  ),
  'a folder among them': { 'd/a': profile('Inside'), e: profile('Beside') },
  'a file that is too large, and others': {
    a: `# ${'x'.repeat(10 * 1024 * 1024)}\n${profile('Big')}`,
    b: profile('Small'),
  },
  'files that are too large together': {
    a: `# ${'x'.repeat(6 * 1024 * 1024)}\n${profile('Big')}`,
    b: `# ${'x'.repeat(6 * 1024 * 1024)}\n${profile('Bigger')}`,
    c: profile('Small'),
  },
  // Several in one question: each costs a start of ufw.
  ...Object.fromEntries(
    groups(Object.entries(FILES), 12).map((files) => [
      files.map(([name]) => name).join('; '),
      Object.fromEntries(files.map(([, text], index) => [`f${index + 10}`, text])),
    ]),
  ),
}

test('the installed ufw knows the same profiles and warns of the same', { skip: NO_UFW }, () => {
  const services = serviceLookup(realWorld())
  const names = Object.keys(SETS)
  const nothing = stockNames().map((name) => [`${FOLDER}/${name}`, null] as const)
  const answers = askUfw(
    names.map((name) => ({
      files: {
        ...Object.fromEntries(nothing),
        ...Object.fromEntries(Object.entries(SETS[name]!).map(([file, text]) => [`${FOLDER}/${file}`, text])),
      },
      commands: [['app', 'list']],
    })),
  )
  for (const [index, name] of names.entries()) {
    const world = fakeWorld()
    for (const [file, text] of Object.entries(SETS[name]!)) world.put(`${FOLDER}/${file}`, bytes(text))
    const { profiles, warnings } = readProfiles(world.files, ufwPaths(), services)
    const theirs = answers[index]!.answers[0]!
    const list = [...profiles.keys()].map((profile) => `  ${profile}\n`).join('')
    assert.equal(`Available applications:\n${list}`, theirs.out, name)
    assert.equal(warnings.map((warning) => `WARN: ${warning}\n`).join(''), printed(theirs.err), name)
  }
})

test('a profile has what its file says', () => {
  const world = fakeWorld()
  world.put(`${FOLDER}/a`, '[Web Full]\ntitle = Web: all\ndescription = One\n two\n\n three\nports=80,443/tcp|53\n')
  const { profiles, warnings } = readProfiles(world.files, ufwPaths(), () => undefined)
  assert.deepEqual(warnings, [])
  assert.deepEqual(profiles.get('Web Full'), {
    name: 'Web Full',
    title: 'Web: all',
    description: 'One\ntwo\n\nthree',
    ports: ['80,443/tcp', '53'],
  })
})

test('a long run of blanks costs no more than its length', () => {
  const world = fakeWorld()
  world.put(
    `${FOLDER}/a`,
    `[X]\n${'title=x\n'}${`\n${' '.repeat(1_000_000)}x`.repeat(4)}\nports${' '.repeat(1_000_000)}`,
  )
  assert.equal(readProfiles(world.files, ufwPaths(), () => undefined).warnings.length, 1)
})

function groups<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  )
}

function stockNames(): string[] {
  return realWorld().files.list(FOLDER).slice()
}

/** As Python's surrogateescape has it: a lone half of U+DC80 to U+DCFF is a byte. */
function bytes(text: string): Uint8Array {
  return Buffer.concat(
    text.split(/([\udc80-\udcff])/).map((part) => {
      return /^[\udc80-\udcff]$/.test(part) ? Buffer.of(part.charCodeAt(0) - 0xdc00) : Buffer.from(part)
    }),
  )
}

/** Ours shows control characters. */
function printed(text: string): string {
  return text.replace(/[\x00-\x09\x0b-\x1f\x7f]/g, (one) => `\\x${one.charCodeAt(0).toString(16).padStart(2, '0')}`)
}
