/** The machine's names, in a network of its own with a name server that some questions never come back from. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Host } from '../lab/host.ts'
import { noLab, ROOT, until } from '../lab/lab.ts'

const skip = noLab() ?? false
const SERVER = '127.0.0.53'
const KNOWN = `one.example 192.0.2.1
both.example 192.0.2.2 2001:db8::2
short.lan.example 192.0.2.3
silent gone.example 9.2.0.192.in-addr.arpa
`

const ADDRESSES: readonly [name: string, addresses: readonly string[]][] = [
  ['one.example', ['192.0.2.1']],
  ['both.example', ['192.0.2.2', '2001:db8::2']],
  ['friend.example', ['192.0.2.77']],
  ['friend', ['192.0.2.77', '2001:db8::77']],
  ['no.example', []],
  ['short', ['192.0.2.3']],
  ['short.lan.example', ['192.0.2.3']],
  ['none.example', []],
  ['gone.example', []],
  ['-x.example', []],
  ['a b', []],
  [`${'a'.repeat(300)}.example`, []],
  ['frien.', []],
]

const HOSTS: readonly [address: string, name: string | undefined][] = [
  ['192.0.2.1', 'one.example'],
  ['192.0.2.77', 'friend.example'],
  ['2001:db8::77', 'friend'],
  ['192.0.2.8', undefined],
  ['192.0.2.9', undefined],
]

let host: Host
/** Of ADDRESSES, then of HOSTS. */
let answers: readonly { readonly answer?: unknown }[] = []
const folder = mkdtempSync(join(tmpdir(), 'rampart-names-'))

before(async () => {
  if (skip !== false) return
  writeFileSync(
    join(folder, 'hosts'),
    '127.0.0.1 localhost # loop\n192.0.2.77\tfriend.example  friend # mine\n2001:db8::77 friend\n#192.0.2.9 no.example\n',
  )
  writeFileSync(join(folder, 'resolv.conf'), `search other.example lan.example\nnameserver ${SERVER}\n`)
  host = await Host.make(`mount --bind ${folder}/hosts /etc/hosts; mount --bind ${folder}/resolv.conf /etc/resolv.conf`)
  const server = host.start([process.execPath, join(ROOT, 'test/lab/name-server.ts'), SERVER])
  server.stdin!.end(KNOWN)
  let out = ''
  server.stdout!.on('data', (bytes) => {
    out += bytes
  })
  await until('the name server', () => out.includes('ready'))
  const questions = [...ADDRESSES.map(([name]) => ['addresses', name]), ...HOSTS.map(([address]) => ['host', address])]
  const script = `
    const { realNames } = await import(${JSON.stringify(join(ROOT, 'src/world/real-names.ts'))})
    const ask = async ([verb, word]) => ({ answer: await realNames[verb](word, 1000) })
    console.log(JSON.stringify(await Promise.all(${JSON.stringify(questions)}.map(ask))))`
  answers = JSON.parse(await host.must([process.execPath, '--input-type=module', '-e', script]))
})
after(async () => {
  await host?.close()
  rmSync(folder, { recursive: true })
})

for (const [index, [name, addresses]] of ADDRESSES.entries()) {
  test(`${name.slice(0, 30)} is ${addresses.join(' and ') || 'nobody'}`, { skip }, () =>
    assert.deepEqual(answers[index]?.answer, addresses),
  )
}

for (const [index, [address, name]] of HOSTS.entries()) {
  test(`${address} is called ${name ?? 'nothing'}`, { skip }, () => {
    assert.equal(answers[ADDRESSES.length + index]?.answer, name)
  })
}
