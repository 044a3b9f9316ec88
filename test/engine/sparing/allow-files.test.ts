/** The files of `rampart allow` as a guard follows them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Fault } from '../../../src/base/fault.ts'
import { AllowFiles } from '../../../src/engine/sparing/allow-files.ts'
import { fakeWorld } from '../../../src/world/fake.ts'

function following() {
  const world = fakeWorld()
  const faults: (string | undefined)[] = []
  const onTrouble = (_topic: string, fault: Fault | undefined) => void faults.push(fault?.code)
  const disk = { isBroken: false }
  const text = (path: string) => {
    if (disk.isBroken) throw new Fault('file.failed', `${path}: input/output error`)
    return world.files.text(path)
  }
  const folders = ['/etc/fail2ban', '/etc/rampart']
  const files = new AllowFiles({ files: { ...world.files, text }, folders, onTrouble })
  const told = () => files.spared().map(({ network, why }) => `${network.text}: ${why}`)
  return { world, faults, told, disk }
}

test('both folders count, the last one first, and changes are seen at the next look', () => {
  const { world, faults, told } = following()
  assert.deepEqual(told(), [])
  world.put('/etc/fail2ban/allow.list', '192.0.2.7\n')
  world.put('/etc/rampart/allow.list', '# x\n192.0.2.8 # office\n')
  const seven = '192.0.2.7: /etc/fail2ban/allow.list:1 allows it'
  assert.deepEqual(told(), ['192.0.2.8: /etc/rampart/allow.list:2 allows it (office)', seven])
  world.files.remove('/etc/rampart/allow.list')
  assert.deepEqual(told(), [seven])
  assert.deepEqual(
    faults.filter((code) => code !== undefined),
    [],
  )
})

test('a line that is none is told and allows nobody; well again, it is over', () => {
  const { world, faults, told } = following()
  world.put('/etc/rampart/allow.list', '192.0.2.\n192.0.2.8\n')
  assert.equal(told().length, 1)
  world.put('/etc/rampart/allow.list', '192.0.2.8\n')
  assert.equal(told().length, 1)
  assert.deepEqual(faults, ['allow.bad-address', undefined])
})

test('what cannot be read is told, and what it said before holds', () => {
  const { world, faults, told, disk } = following()
  world.put('/etc/rampart/allow.list', '192.0.2.8\n')
  assert.equal(told().length, 1)
  disk.isBroken = true
  world.put('/etc/rampart/allow.list', '192.0.2.8\n192.0.2.9\n')
  assert.equal(told().length, 1)
  assert.deepEqual(faults, [undefined, 'allow.no-file'])
})
