/**
 * What others do to the kernel's tables, and what the kernel and nft refuse: the real guard in the lab, the real kernel. nft is
 * made to fail by a script that is mounted over it.
 */
import assert from 'node:assert/strict'
import { copyFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, describe, test } from 'node:test'
import type { Status, Verified } from '../../src/engine/status.ts'
import type { Guarding } from '../lab/guarding.ts'
import { end } from '../lab/host.ts'
import { ATTACKERS, Lab, noLab, sleep, until } from '../lab/lab.ts'
import { probeLine, unique } from '../lab/lines.ts'

const JAILS = `
[DEFAULT]
bantime = 1h
[load]
enabled = true
filter = nginx-botsearch
logpath = /var/log/nginx/load.log
maxretry = 1
[other]
enabled = true
filter = nginx-botsearch
logpath = /var/log/nginx/other.log
maxretry = 1
protocol = udp
`

/** One host, one history: each test goes on where the one before left off. */
describe('the kernel under faults', { skip: noLab() ?? false }, () => {
  let lab: Lab
  let guard: Guarding
  /** All that should be banned. */
  const banned: string[] = []

  before(async () => {
    lab = await Lab.open(JAILS)
    for (const log of ['load', 'other']) lab.append(`log/${log}.log`, '')
    copyFileSync('/usr/sbin/nft', join(lab.folder, 'nft'))
    guard = await lab.guard()
  })
  after(() => lab?.close())

  const offend = (addresses: readonly string[], log = 'load') =>
    lab.append(`log/${log}.log`, addresses.map((one) => probeLine(one)).join(''))
  const held = async () => new Set(await lab.inKernel())
  const inKernel = (what: string, addresses: readonly string[]) =>
    until(what, async () => {
      const all = await held()
      return addresses.every((one) => all.has(one))
    })
  const nft = (...words: readonly string[]) => lab.server.must([join(lab.folder, 'nft'), ...words])
  const told = (what: string) => guard.out.split('\n').filter((line) => line.includes(` ${what} `)).length

  /** R45: what is said and what the kernel holds are the same. */
  async function agree(): Promise<void> {
    const { out } = await lab.rampart('status', '--verify', '--json')
    const { missing, extra, unread } = JSON.parse(out) as Verified
    assert.deepEqual({ missing, extra, unread }, { missing: [], extra: [], unread: undefined })
  }

  async function ban(addresses: readonly string[], log = 'load'): Promise<void> {
    banned.push(...addresses)
    offend(addresses, log)
    await inKernel(`${addresses.length} more bans`, addresses)
  }

  const DAMAGE: readonly (readonly [string, string])[] = [
    ['R01 nft flush ruleset', 'flush ruleset'],
    ['R02 one element deleted by hand', 'delete element inet rampart_bans SET { ADDRESS }'],
    ['R01 our rules flushed', 'flush chain inet rampart_bans bans'],
    ['R01 a set flushed', 'flush set inet rampart_bans SET'],
  ]
  for (const count of [100, 10_000]) {
    test(`R01, R02 ${count} bans reach the kernel`, () => ban(unique(count === 100 ? 1 : 2, count - banned.length)))
    for (const [title, command] of DAMAGE) {
      test(`${title} with ${count} bans: all is back, and told (R45: nothing differs)`, async (t) => {
        const address = banned.at(-7)!
        const [{ set }] = JSON.parse((await lab.rampart('why', address, '--json')).out).kernel
        const before = told('healed')
        const rules = (await nft('-t', 'list', 'table', 'inet', 'rampart_bans')).length
        const began = performance.now()
        await nft(command.replace('SET', set).replace('ADDRESS', address))
        await until('it is told', () => told('healed') > before)
        t.diagnostic(`told after ${Math.round(performance.now() - began)} ms`)
        await until('all is back', async () => (await held()).size === banned.length)
        assert.equal((await nft('-t', 'list', 'table', 'inet', 'rampart_bans')).length, rules)
        await agree()
      })
    }
  }

  test('R03 our table is deleted while bans are under way: none is lost, no rule is there twice', async () => {
    const rules = await rulesIn()
    const more = unique(3, 200)
    banned.push(...more)
    for (let i = 0; i < more.length; i += 10) {
      offend(more.slice(i, i + 10))
      await lab.server.run([join(lab.folder, 'nft'), 'delete', 'table', 'inet', 'rampart_bans'])
    }
    await inKernel('all bans', banned)
    assert.deepEqual(await rulesIn(), rules)
    await agree()
  })

  test('R45 status --verify tells what the kernel lacks and what it holds beyond, until that is mended', async () => {
    const address = banned.at(-7)!
    const [{ set }] = JSON.parse((await lab.rampart('why', address, '--json')).out).kernel
    const listener = childOf(guard.process.pid!, 'rampart: listens')
    process.kill(listener, 'SIGSTOP')
    await nft('delete', 'element', 'inet', 'rampart_bans', set, `{ ${address} }`)
    await nft('add', 'element', 'inet', 'rampart_bans', set, `{ ${ATTACKERS}.99 timeout 1h }`)
    const { code, out } = await lab.rampart('status', '--verify')
    process.kill(listener, 'SIGCONT')
    assert.equal(code, 1)
    assert.ok(out.includes(`not in the kernel: ${set} ${address}\n`), out)
    assert.ok(out.includes(`in the kernel alone: ${set} ${ATTACKERS}.99\n`), out)
    await nft('delete', 'element', 'inet', 'rampart_bans', set, `{ ${ATTACKERS}.99 }`)
    await until('it is back', async () => (await held()).has(address))
    await agree()
  })

  /** The rules of our table, without their handles. */
  async function rulesIn(): Promise<string[]> {
    const text = await nft('-t', 'list', 'chain', 'inet', 'rampart_bans', 'bans')
    return text.split('\n').filter((line) => /drop|goto|accept/.test(line))
  }

  const REFUSALS: readonly (readonly [string, string, string])[] = [
    ['nft says that the kernel is busy', 'busy', 'kernel.busy'],
    ['nft says what it never says', 'odd', 'kernel.refused'],
    ['nft fails in silence', 'silent', 'kernel.refused'],
    ['nft is killed', 'killed', 'kernel.busy'],
    ['nft is not there', 'absent', 'kernel.absent'],
  ]
  describe('R05 nft fails', () => {
    before(() => breakNft(lab))
    after(() => mendNft(lab))

    for (const [number, [title, mode, code]] of REFUSALS.entries()) {
      test(`R05 ${title}: the ban is pending, never banned, and held soon after it works again`, async (t) => {
        const [address] = unique(4, 1, number) as [string]
        const bans = told('ban')
        setMode(lab, mode)
        offend([address])
        const isTold = ({ faults }: Status) => faults.some((fault) => fault.code === code)
        const status = await until('it is pending, and told', async () => {
          const now = await lab.status()
          return now.pending === 1 && isTold(now) ? now : undefined
        })
        assert.equal(status.banned, banned.length)
        assert.equal(status.kernel.state, 'failing')
        assert.equal((await lab.jail('load')).bans.find((one) => one.address === address)?.pending, true)
        assert.equal(told('ban'), bans)
        setMode(lab, 'works')
        const began = performance.now()
        await ban([address])
        t.diagnostic(`held ${Math.round(performance.now() - began)} ms after nft works`)
        await until('it is told', () => told('ban') > bans)
        await until('all is well', async () => (await lab.status()).pending === 0)
        await agree()
      })
    }

    for (const mode of ['busy', 'odd']) {
      test(`R05 nft fails three times (${mode}), then works: the ban is held within 5 s`, async (t) => {
        setMode(lab, mode, 3)
        const began = performance.now()
        await ban(unique(5, 1, mode.length))
        t.diagnostic(`held after ${Math.round(performance.now() - began)} ms`)
        await agree()
      })
    }

    test('R05 an nft that hangs for ever is ended, and bans go on', async () => {
      const [first, second] = unique(6, 2) as [string, string]
      setMode(lab, 'hang', 1)
      offend([first])
      await until('it is pending', async () => (await lab.status()).pending === 1)
      offend([second])
      await ban([first, second])
      await agree()
    })

    test('R05 a set that is full: the others are pending, other sets take bans, and what is freed is used', async () => {
      const crowd = unique(7, 30)
      setMode(lab, 'small')
      offend(crowd, 'other')
      const pending = async () => (await lab.jail('other')).pendingNow
      await until('ten are pending', async () => (await pending()) === 10)
      await ban(unique(8, 5))
      const held = crowd.filter((one) => !banned.includes(one))
      const lifted = held.slice(0, 4)
      assert.equal((await lab.rampart('unban', '--jail', 'other', ...lifted)).code, 0)
      await until('four more are held', async () => (await pending()) === 6)
      await agree()
      assert.match((await lab.rampart('unban', '--all', '--jail', 'other')).out, /^26 bans lifted$/m)
      assert.equal(await pending(), 0)
      await agree()
    })
  })

  test('R10 a reboot with 10,000 bans: all are back, in a few transactions (R45: nothing differs)', async (t) => {
    await guard.kill()
    await nft('flush', 'ruleset')
    await lab.server.must(['sh', '-c', 'rm -rf /run/rampart/*'])
    const monitor = lab.server.start([join(lab.folder, 'nft'), 'monitor'])
    let transactions = 0
    const lines = createInterface({ input: monitor.stdout! })
    lines.on('line', (line) => {
      if (line.startsWith('# new generation')) transactions++
    })
    await sleep(200)
    const began = performance.now()
    guard = await lab.guard()
    t.diagnostic(`reads its logs after ${Math.round(performance.now() - began)} ms, ${transactions} transactions`)
    assert.equal((await held()).size, banned.length)
    assert.ok(transactions <= 5, `${transactions} transactions`)
    await end(monitor)
    await agree()
  })

  test('R10 a guard that is killed and started again, its table kept: looked at without pause, no ban is ever missing', async (t) => {
    const asked = [banned[0]!, banned[5000]!, banned.at(-1)!]
    const [{ set }] = JSON.parse((await lab.rampart('why', asked[0]!, '--json')).out).kernel
    lab.write('look', lookWithoutPause(lab.folder, set, asked), 0o755)
    const looker = lab.server.start(['sh', join(lab.folder, 'look')])
    let [looks, lacking] = [0, 0]
    createInterface({ input: looker.stdout! }).on('line', (line) => {
      looks++
      if (line !== String(asked.length)) lacking++
    })
    await until('somebody looks', () => looks > 0)
    await guard.kill()
    await sleep(100)
    guard = await lab.guard()
    await sleep(100)
    await end(looker)
    t.diagnostic(`${looks} looks`)
    assert.equal(lacking, 0)
    await agree()
  })

  test('all bans are lifted at once', async (t) => {
    const began = performance.now()
    const { code, out } = await lab.rampart('unban', '--all')
    t.diagnostic(`${banned.length} bans: ${Math.round(performance.now() - began)} ms`)
    assert.deepEqual([code, out], [0, `${banned.length.toLocaleString('en')} bans lifted\n`])
    assert.equal((await held()).size, 0)
    assert.equal((await lab.status()).banned, 0)
    await agree()
  })
})

function childOf(parent: number, program: string): number {
  const pids = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').split(' ').filter(Boolean)
  return Number(pids.find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith(program)))
}

/** Prints, again and again, how many of the addresses are in the set: asked by transactions that change nothing. */
function lookWithoutPause(folder: string, set: string, addresses: readonly string[]): string {
  const asked = addresses.map((one) => `create element inet rampart_bans ${set} { ${one} }`)
  const never = ['create table inet look', 'create table inet look']
  return `while true; do ${folder}/nft -f - 2>&1 <<'END' | grep -c 'File exists'
${[...asked, ...never].join('\n')}
END
done | while read -r count; do echo $((count - 1)); done`
}

/** Mounts a script over nft. One that waits for its input already is the real one still: a ban uses it up. */
async function breakNft(lab: Lab): Promise<void> {
  setMode(lab, 'works')
  lab.write('broken-nft', BROKEN_NFT.replaceAll('FOLDER', lab.folder), 0o755)
  await lab.server.must(['mount', '--bind', join(lab.folder, 'broken-nft'), '/usr/sbin/nft'])
  for (const verb of ['ban', 'unban']) await lab.rampart(verb, `${ATTACKERS}.1`)
}

async function mendNft(lab: Lab): Promise<void> {
  await lab.server.must(['umount', '--lazy', '/usr/sbin/nft'])
  for (const verb of ['ban', 'unban']) await lab.rampart(verb, `${ATTACKERS}.1`)
}

/** @param times that it fails; then it works */
function setMode(lab: Lab, mode: string, times = 1_000_000): void {
  lab.write('nft-times', String(times))
  lab.write('nft-mode', mode)
}

/** Fails in transactions alone, in the way that the file says when it has its input. */
const BROKEN_NFT = `#!/bin/sh
case " $* " in *" -f "*) input=$(cat) ;; *) exec FOLDER/nft "$@" ;; esac
mode=$(cat FOLDER/nft-mode)
times=$(cat FOLDER/nft-times)
if [ "$times" -le 0 ]; then mode=works; fi
echo $((times - 1)) >FOLDER/nft-times
case $mode in
  busy) echo '/dev/stdin:1:1-2: Error: Could not process rule: Device or resource busy' >&2; exit 1 ;;
  odd) echo 'Error: the moon is full' >&2; exit 1 ;;
  silent) exit 1 ;;
  killed) kill -9 $$ ;;
  absent) exit 127 ;;
  hang) exec sleep 1000 ;;
  small) input=$(printf '%s\\n' "$input" | sed 's/size 1048576/size 20/') ;;
esac
printf '%s\\n' "$input" | FOLDER/nft "$@"
`
