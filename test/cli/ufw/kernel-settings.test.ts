/** The kernel's settings that the firewall makes when it starts. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeSettings, readSettings } from '../../../src/cli/ufw/kernel-settings.ts'
import { ufwPaths } from '../../../src/config/ufw/paths.ts'
import { fakeWorld } from '../../../src/world/fake.ts'

const ROWS: readonly (readonly [line: string, name?: string, value?: string])[] = [
  ['net/ipv4/tcp_syncookies=0', 'net/ipv4/tcp_syncookies', '0'],
  ['net.ipv4.tcp_syncookies = 1', 'net/ipv4/tcp_syncookies', '1'],
  ['  -net.ipv4.conf.all.rp_filter=2  ', 'net/ipv4/conf/all/rp_filter', '2'],
  ['net/ipv4/conf/eth0.100/rp_filter=1', 'net/ipv4/conf/eth0.100/rp_filter', '1'],
  ['net.ipv4.conf.eth0/100.rp_filter=1', 'net/ipv4/conf/eth0.100/rp_filter', '1'],
  ['net.ipv4.ip_local_port_range=1024 65535', 'net/ipv4/ip_local_port_range', '1024 65535'],
  ['net.ipv4.conf.*.rp_filter=1', 'net/ipv4/conf/*/rp_filter', '1'],
  ['#net/ipv4/ip_forward=1'],
  ['; net/ipv4/ip_forward=1'],
  ['net/ipv4/ip_forward'],
  ['../../etc/passwd=x'],
  ['net/../../../etc/passwd=x'],
  ['/etc/passwd=x'],
  ['net//ipv4=1'],
]

for (const [line, name, value] of ROWS) {
  test(`${line}: ${name === undefined ? 'sets nothing' : `${name} is ${value}`}`, () => {
    assert.deepEqual(readSettings(line), name === undefined ? [] : [[name, value]])
  })
}

test('the file that IPT_SYSCTL names is read; what this kernel does not have is passed over', () => {
  const world = fakeWorld()
  const paths = ufwPaths()
  makeSettings(world.files, paths)
  world.put(paths.defaults, 'IPV6=yes\nIPT_SYSCTL=/etc/ufw/sysctl.conf\n')
  makeSettings(world.files, paths)
  world.put('/etc/ufw/sysctl.conf', 'net/ipv4/not_there=1\nnet/ipv4/ip_forward=1\n')
  world.put('/proc/sys/net/ipv4/ip_forward', '0\n')
  makeSettings(world.files, paths)
  assert.equal(world.files.text('/proc/sys/net/ipv4/ip_forward'), '1\n')
})

test('a star stands for each that is there', () => {
  const world = fakeWorld()
  const paths = ufwPaths()
  world.put(paths.defaults, 'IPT_SYSCTL=/etc/ufw/sysctl.conf\n')
  world.put(
    '/etc/ufw/sysctl.conf',
    'net.ipv4.conf.e*0.rp_filter=2\nnet/ipv4/conf/x*/rp_filter=3\nnet/ipv4/conf/*/not_there=1\n',
  )
  for (const name of ['all', 'eth0', 'eno0', 'eth1']) world.put(`/proc/sys/net/ipv4/conf/${name}/rp_filter`, '0\n')
  makeSettings(world.files, paths)
  const found = ['all', 'eth0', 'eno0', 'eth1'].map((name) =>
    world.files.text(`/proc/sys/net/ipv4/conf/${name}/rp_filter`),
  )
  assert.deepEqual(found, ['0\n', '2\n', '2\n', '0\n'])
})
