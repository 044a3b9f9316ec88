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
