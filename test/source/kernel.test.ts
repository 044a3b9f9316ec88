/** The kernel's log: records as the device gives them, on a device of ours and on the machine's. */
import assert from 'node:assert/strict'
import { accessSync, constants } from 'node:fs'
import { test } from 'node:test'
import { Fault } from '../../src/base/fault.ts'
import type { Hands, Start } from '../../src/source/input.ts'
import { KernelLog } from '../../src/source/kernel.ts'
import type { Sequence } from '../../src/source/position.ts'
import { type FakeWorld, fakeWorld } from '../../src/world/fake.ts'
import { realWorld } from '../../src/world/real.ts'
import { printState } from './place.ts'

const NOW = Date.UTC(2026, 0, 31, 12, 0, 0)

interface Lab {
  readonly time: FakeWorld
  /** Records, or what a read of the device fails with. */
  readonly device: (string | Fault)[]
  readonly log: KernelLog
  readonly states: string[]
  readonly faults: string[]
  lines(): string[]
  end(): Sequence | undefined
}

const rows: readonly {
  readonly name: string
  readonly records: readonly (string | Fault)[]
  readonly lines: readonly string[]
  readonly start?: Start | Sequence
  readonly lost?: number
}[] = [
  {
    name: 'a record of before is stamped by the time since the boot',
    records: ['4,1,5000000,-;[UFW BLOCK] IN=eth0 SRC=192.0.2.1\n'],
    lines: ['2026-01-31T11:58:25.000Z web1 kernel: [    5.000000] [UFW BLOCK] IN=eth0 SRC=192.0.2.1'],
  },
  {
    name: 'its properties are not part of the message, and escapes stay as the device writes them',
    records: ['6,1,0,-,caller=T1;a\\x0ab; c\n SUBSYSTEM=pci\n DEVICE=+pci:0\n'],
    lines: ['2026-01-31T11:58:20.000Z web1 kernel: [    0.000000] a\\x0ab; c'],
  },
  {
    name: 'what programs wrote to the device is theirs, not the kernel’s',
    records: ['12,1,0,-;[UFW BLOCK] forged\n', '30,2,0,-;systemd[1]: x\n', '4,3,0,-;true\n'],
    lines: ['2026-01-31T11:58:20.000Z web1 kernel: [    0.000000] true'],
  },
  {
    name: 'the time since the boot is seconds in twelve columns, and more where it takes more',
    records: ['4,1,12345678901,-;a\n', '4,2,1234567890123,-;b\n'],
    lines: ['web1 kernel: [12345.678901] a', 'web1 kernel: [1234567.890123] b'].map(
      (line) => `2026-01-31T12:00:00.000Z ${line}`,
    ),
  },
  { name: 'from the end, what is there is passed over', start: 'end', records: ['4,1,0,-;old\n'], lines: [] },
  {
    name: 'reading goes on behind the saved number of the same boot',
    start: { boot: 'boot-1', sequence: 2 },
    records: ['4,1,0,-;a\n', '4,2,0,-;b\n', '4,3,0,-;c\n'],
    lines: ['2026-01-31T11:58:20.000Z web1 kernel: [    0.000000] c'],
  },
  {
    name: 'a saved number of another boot says that all of this one is new',
    start: { boot: 'boot-0', sequence: 2 },
    records: ['4,1,0,-;a\n'],
    lines: ['2026-01-31T11:58:20.000Z web1 kernel: [    0.000000] a'],
  },
  {
    name: 'records that were overwritten are counted, and reading goes on',
    records: ['4,1,0,-;a\n', new Fault('file.failed', 'EPIPE'), '4,9,0,-;b\n'],
    lines: [
      '2026-01-31T11:58:20.000Z web1 kernel: [    0.000000] a',
      '2026-01-31T11:58:20.000Z web1 kernel: [    0.000000] b',
    ],
    lost: 7,
  },
  {
    name: 'what is no record is passed over',
    records: ['', 'x', ';', 'a,b,c;d\n', '4,1,0,-;a\n'].filter((record) => record !== ''),
    lines: ['2026-01-31T11:58:20.000Z web1 kernel: [    0.000000] a'],
  },
]

for (const { name, records, lines, start, lost = 0 } of rows) {
  test(name, () => {
    const lab = kernel(records, start)
    assert.deepEqual(lab.lines(), lines)
    assert.equal(lab.log.lostRecords, lost)
    lab.log.close()
  })
}

test('a strange name of the host makes neither two lines nor two words', () => {
  const host = `a b\nc\x1b${'\ufffd'.repeat(60)}`
  const lab = kernel(['4,1,0,-;a\n'], 'begin', host)
  assert.deepEqual(lab.lines(), [`2026-01-31T11:58:20.000Z a?b?c?${'?'.repeat(60)} kernel: [    0.000000] a`])
  lab.log.close()
})

test('a record that comes while it reads is stamped with the present, and its number is the position', () => {
  const lab = kernel(['4,1,0,-;old\n'], 'end')
  lab.lines()
  lab.device.push('4,2,0,-;new\n')
  assert.equal(lab.log.busy, false)
  lab.time.advance(50)
  assert.equal(lab.log.busy, true)
  assert.deepEqual(lab.lines(), ['2026-01-31T12:00:00.050Z web1 kernel: [    0.000000] new'])
  assert.deepEqual(lab.end(), { boot: 'boot-1', sequence: 2 })
  lab.log.close()
})

test('records that were overwritten are told, and no more than once a minute', () => {
  const lab = kernel(['4,1,0,-;a\n'])
  lab.lines()
  for (const [sequence, seconds] of [
    [5, 1],
    [9, 1],
    [10, 60],
    [12, 1],
  ] as const) {
    lab.device.push(`4,${sequence},0,-;x\n`)
    lab.time.advance(seconds * 1000)
    lab.lines()
  }
  assert.deepEqual(lab.faults, [
    'kmsg: the kernel overwrote 3 records before they were read',
    'kmsg: the kernel overwrote 7 records before they were read',
  ])
  lab.log.close()
})

test('a device that fails is opened again at the next look, and nothing comes twice', () => {
  const lab = kernel(['4,1,0,-;a\n'])
  assert.equal(lab.lines().length, 1)
  for (let i = 0; i < 5; i++) lab.device.push(new Fault('file.failed', 'EIO'))
  lab.time.advance(50)
  assert.deepEqual(lab.states, ['reading', 'pending file.failed'])
  lab.device.push('4,1,0,-;a\n', '4,2,0,-;b\n')
  lab.log.look()
  assert.deepEqual(lab.lines(), ['2026-01-31T11:58:20.050Z web1 kernel: [    0.000000] b'])
  assert.deepEqual(lab.states, ['reading', 'pending file.failed', 'reading'])
  lab.log.close()
})

test('the machine’s own log is read whole', { skip: readable() ? false : '/dev/kmsg may not be read here' }, () => {
  const world = realWorld()
  const log = new KernelLog(world, { start: 'begin', onState: () => {}, onFault: () => {}, onBusy: () => {} })
  let all = ''
  const buffer = new Uint8Array(65536)
  for (let chunk = log.read(buffer); chunk; chunk = log.read(buffer)) all += Buffer.from(chunk.bytes).toString('latin1')
  log.close()
  const lines = all.split('\n').slice(0, -1)
  assert.ok(lines.length > 0)
  for (const line of lines)
    assert.match(line, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z \S+ kernel: \[ *\d+\.\d{6}\] [\x20-\x7e]*$/)
})

function kernel(records: readonly (string | Fault)[], start: Start | Sequence = 'begin', host = 'web1'): Lab {
  const time = fakeWorld({ now: NOW })
  time.put('/proc/sys/kernel/random/boot_id', 'boot-1\n')
  time.put('/proc/uptime', '100.00 50.00\n')
  time.put('/proc/sys/kernel/hostname', `${host}\n`)
  time.put('/dev/kmsg', '')
  const device = [...records]
  const open: Hands['files']['open'] = (path) => ({
    ...time.files.open(path),
    read(into) {
      const next = device.shift()
      if (next === undefined) return 0
      if (next instanceof Fault) throw next
      return into.length < next.length ? 0 : new TextEncoder().encodeInto(next, into).written
    },
  })
  const states: string[] = []
  const faults: string[] = []
  const log = new KernelLog(
    { ...time, files: { ...time.files, open } },
    {
      start,
      onState: (_, state) => void states.push(printState(state)),
      onFault: ({ message }) => void faults.push(message),
      onBusy: () => {},
    },
  )
  let end: Sequence | undefined
  const lines = () => {
    const found: string[] = []
    const buffer = new Uint8Array(10_000)
    for (let chunk = log.read(buffer); chunk; chunk = log.read(buffer)) {
      found.push(...Buffer.from(chunk.bytes).toString('latin1').split('\n').slice(0, -1))
      if ('sequence' in chunk.end) end = chunk.end
    }
    return found
  }
  return { time, device, log, states, faults, lines, end: () => end }
}

function readable(): boolean {
  try {
    accessSync('/dev/kmsg', constants.R_OK)
    return true
  } catch {
    return false
  }
}
