/** A jail of a kernel log that no syslog daemon writes reads the kernel itself, and it is told. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadConfiguration } from '../../src/config/load-configuration.ts'
import { readsInstead } from '../../src/config/reads-instead.ts'
import { fakeWorld } from '../../src/world/fake.ts'

const JOURNAL = { '/run/log/journal/x': '' }
const KMSG = { '/dev/kmsg': '' }
const UFW = 'logpath = /var/log/ufw.log\n'

interface Row {
  readonly name: string
  readonly jail: string
  readonly files: Readonly<Record<string, string>>
  readonly reads: string
  readonly told?: string
}

const ROWS: readonly Row[] = [
  {
    name: 'the file where it is there',
    jail: UFW,
    files: { ...KMSG, '/var/log/ufw.log': '' },
    reads: 'auto /var/log/ufw.log',
  },
  {
    name: 'the kernel itself where neither file nor journal is',
    jail: UFW,
    files: KMSG,
    reads: 'auto /dev/kmsg',
    told: "jail j reads the kernel's log itself (/dev/kmsg): nobody writes /var/log/ufw.log here",
  },
  {
    name: 'whatever backend for files it asks for',
    jail: `${UFW}backend = polling\n`,
    files: KMSG,
    reads: 'auto /dev/kmsg',
    told: "jail j reads the kernel's log itself (/dev/kmsg): nobody writes /var/log/ufw.log here",
  },
  {
    name: 'of the journal what the kernel says: a program may say the same',
    jail: `${UFW}          /var/log/kern.log\n`,
    files: { ...KMSG, ...JOURNAL },
    reads: 'systemd _TRANSPORT=kernel',
    told: 'jail j reads the journal: nobody writes /var/log/ufw.log, /var/log/kern.log here',
  },
  {
    name: 'of the journal what it asks for itself',
    jail: `${UFW}journalmatch = A=b\n`,
    files: JOURNAL,
    reads: 'systemd A=b',
    told: 'jail j reads the journal: nobody writes /var/log/ufw.log here',
  },
  {
    name: 'the journal that it asks for',
    jail: `${UFW}backend = systemd\n`,
    files: { ...KMSG, ...JOURNAL },
    reads: 'systemd ',
  },
  { name: 'nothing else: the file is waited for', jail: UFW, files: {}, reads: 'auto /var/log/ufw.log' },
  {
    name: 'a log of another program',
    jail: 'logpath = /var/log/x/ufw.log\n',
    files: KMSG,
    reads: 'auto /var/log/x/ufw.log',
  },
  {
    name: 'another log beside it',
    jail: `${UFW}          /l\n`,
    files: KMSG,
    reads: 'auto /var/log/ufw.log /l',
  },
]
for (const { name, jail, files, reads, told } of ROWS) {
  test(`it reads ${name}`, () => {
    const world = fakeWorld()
    world.put('/etc/jail.conf', `[j]\nenabled = true\nfailregex = <HOST>\naction = ufw\n${jail}`)
    for (const [path, text] of Object.entries(files)) world.put(path, text)
    const { jails, faults } = loadConfiguration(world, ['/etc'], {})
    assert.deepEqual(faults, [])
    const [settings] = jails
    const what = [...settings!.logs.map(({ path }) => path), ...settings!.filter.journalmatch]
    assert.equal(`${settings!.backend} ${what.join(' ')}`, reads)
    assert.equal(readsInstead(settings!), told)
  })
}
