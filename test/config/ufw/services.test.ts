/** Names of ports, asked one by one and read all at once. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseServices, readServices } from '../../../src/config/ufw/services.ts'
import { fakeWorld } from '../../../src/world/fake.ts'

const TEXT = `# services
ssh\t\t22/tcp\t\t\t# ssh Secure Shell
domain 53/tcp
domain 53/udp # nameserver
http 80/tcp www
www-alt 8080/udp www
sctponly 9/sctp
tcp 99/tcp
big 70000/tcp
broken
#dead 1/tcp
mail 25/tcp\tmailx`

const world = fakeWorld()
world.files.write('/etc/services', TEXT, 0o644)
const services = readServices(world, '/etc/services')

test('each name is what it is in the whole file', () => {
  const all = parseServices(TEXT)
  assert.equal(all.size, 9)
  for (const word of [...all.keys(), ...TEXT.split(/[\s#/]/), 'absent', 'a b', '\n', 'h', 'ss', '22/tcp', 'www\t']) {
    assert.deepEqual(services(word), all.get(word), JSON.stringify(word))
  }
})

test('a name of two lines stands for both protocols, with the port of the first', () => {
  assert.deepEqual(services('domain'), { port: 53, protocol: 'any' })
  assert.deepEqual(services('www'), { port: 80, protocol: 'any' })
  assert.deepEqual(services('sctponly'), { port: 9, protocol: undefined })
})

test('a host without the file knows no names', () => assert.equal(readServices(fakeWorld(), '/x')('ssh'), undefined))
