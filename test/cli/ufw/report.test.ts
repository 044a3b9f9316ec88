/** What ufw tells of the kernel and, with --json, to programs: in a network namespace of its own. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inNamespace, run } from '../../kernel/namespace.ts'
import { type Host, openHost } from './host.ts'

const SHOWN = ['raw', 'builtins', 'before-rules', 'user-rules', 'after-rules', 'logging-rules']

async function json(host: Host, sentence: string): Promise<Record<string, unknown>> {
  const { code, out, err } = await host.say(sentence)
  assert.deepEqual({ code, err, lines: out.split('\n').length }, { code: 0, err: '', lines: 2 })
  return JSON.parse(out)
}

inNamespace(import.meta.filename, () => {
  test('of a firewall that is off there is nothing in the kernel to show', async () => {
    const host = openHost()
    assert.equal((await host.say('show raw')).out, 'IPV4 (raw):\n\n\nIPV6:\n\n')
    assert.equal((await host.say('show builtins')).out, 'IPV4 (builtins):\n\n\nIPV6:\n\n\n')
    for (const [what, heading] of [
      ['before-rules', 'before'],
      ['user-rules', 'user'],
      ['after-rules', 'after'],
      ['logging-rules', 'logging'],
    ]) {
      const { code, out, err } = await host.say(`show ${what}`)
      assert.deepEqual([code, out, err.startsWith(`ERROR: IPV4 (${heading}):\n`)], [1, '', true])
    }
    assert.deepEqual((await json(host, 'status --json'))['active'], false)
  })

  test('of one that was on, some chains of UFW would still be there, empty', async () => {
    const host = openHost()
    await host.say('enable')
    await host.say('disable')
    const codes = []
    for (const what of ['before-rules', 'user-rules', 'after-rules', 'logging-rules']) {
      codes.push((await host.say(`show ${what}`)).code)
    }
    assert.deepEqual(codes, [0, 1, 0, 1])
    assert.match((await host.say('show after-rules')).out, /^IPV4 \(after\):\n/)
  })

  test('each report shows the chains that it is of, and what they call, by family', async () => {
    const host = openHost()
    await host.say('allow 4301/tcp')
    await host.say('limit from 192.0.2.1 to any port 4302')
    for (let i = 0; i < 10; i++) await host.say(`deny from 198.51.100.${i}`)
    await host.say('enable')
    const texts = new Map<string, string>()
    for (const what of SHOWN) texts.set(what, (await host.say(`show ${what}`)).out)
    const parts = (what: string) => texts.get(what)!.split('\n\nIPV6:\n')
    const [user4 = '', user6 = ''] = parts('user-rules')
    assert.match(user4, /^IPV4 \(user\):\n\tchain filter4-ufw-user-limit \{/)
    for (const text of ['tcp dport 4301', '4302', '198.51.100.7', 'chain limit4 {', 'filter4-ufw-user-input {']) {
      assert.ok(user4.includes(text), text)
    }
    assert.ok(user6.includes('tcp dport 4301') && user6.includes('filter6-ufw6-user-input {'))
    assert.ok(!user6.includes('4302') && !user6.includes('4-ufw'))
    for (const what of ['before', 'after']) {
      const [four = '', six = ''] = parts(`${what}-rules`)
      assert.ok(four.includes(`chain filter4-ufw-${what}-input {`) && !four.includes('chain filter4-ufw-user-input'))
      assert.ok(six.includes(`chain filter6-ufw6-${what}-output {`) && !six.includes('logging-input {'))
    }
    assert.ok(parts('logging-rules')[0]!.includes('[UFW BLOCK] '))
    assert.match(parts('builtins')[1]!, /chain input \{\n\t\ttype filter hook input/)
    assert.ok(parts('builtins')[1]!.includes('chain filter6-INPUT {'))
    const chains = run('nft', 'list', 'table', 'inet', 'rampart').match(/(?<=\tchain )\S+/g)!
    for (const chain of chains) assert.ok(texts.get('raw')!.includes(`\tchain ${chain} {`), chain)
    await host.say('disable')
  })

  test('status for programs: settings, rules with their numbers and counts', async () => {
    const host = openHost()
    host.write('etc/ufw/applications.d/two', '[Two]\ntitle=t\ndescription=d\nports=4310/udp|4310,4311/tcp\n')
    await host.say('allow Two')
    await host.say('route limit in on eth0 out on eth1 to 192.0.2.0/24 port 4312 proto tcp comment x')
    await host.say('enable')
    const { rules, ...settings } = await json(host, '--json status')
    assert.deepEqual(settings, {
      ...{ active: true, enabled: true, ipv6: true, logging: 'low', forwarding: false, newProfiles: 'skip' },
      default: { incoming: 'deny', outgoing: 'allow', routed: 'deny' },
    })
    const list = rules as readonly Record<string, unknown>[]
    assert.deepEqual(
      list.map(({ number, family, sentence }) => [number, family, sentence]),
      [
        [1, 4, 'allow Two'],
        [1, 4, 'allow Two'],
        [2, 4, "route limit in on eth0 out on eth1 to 192.0.2.0/24 port 4312 proto tcp comment 'x'"],
        [3, 6, 'allow Two'],
        [3, 6, 'allow Two'],
      ],
    )
    assert.deepEqual(list[2], {
      ...{ number: 2, family: 4, action: 'limit', direction: 'routed', protocol: 'tcp', log: 'none', comment: 'x' },
      ...{
        inInterface: 'eth0',
        outInterface: 'eth1',
        packets: 0,
        bytes: 0,
        sentence: list[2]!['sentence'],
        rate: null,
        ban: null,
      },
      from: { address: 'any', list: null, ports: 'any', profile: null },
      to: { address: '192.0.2.0/24', list: null, ports: '4312', profile: null },
    })
    assert.deepEqual(list[0]!['to'], { address: 'any', list: null, ports: '4310', profile: 'Two' })
    await host.say('disable')
    const off = (await json(host, 'status --json')) as { rules: readonly Record<string, unknown>[] }
    assert.deepEqual([off.rules.length, off.rules[0]!['packets']], [5, null])
  })

  test('the others for programs', async () => {
    const host = openHost()
    host.write('etc/ufw/applications.d/one', '[One]\ntitle=t\ndescription=d\nports=4310/udp\n')
    await host.say('allow One')
    assert.deepEqual(await json(host, 'show added --json'), { added: ['allow One'] })
    assert.deepEqual(await json(host, 'show listening --json'), { listening: [] })
    assert.deepEqual(await json(host, 'show raw --json'), { nftables: [] })
    const profiles = [{ name: 'One', title: 't', description: 'd', ports: ['4310/udp'] }]
    assert.deepEqual(await json(host, 'app list --json'), { profiles })
    assert.deepEqual(await json(host, 'app info One --json'), { profiles })
    await host.say('enable')
    const { nftables } = await json(host, 'show raw --json')
    assert.ok(JSON.stringify(nftables).includes('4310'))
    await host.say('disable')
  })

  test('a dry run says what UFW says', async () => {
    const host = openHost()
    assert.equal((await host.say('--dry-run status')).out, '> Checking iptables\n> Checking ip6tables\n\n')
    assert.equal((await host.say('--dry-run show raw')).out, '> Checking raw iptables\n> Checking raw ip6tables\n\n')
    await host.say('allow 1')
    assert.match((await host.say('--dry-run show added')).out, /\nufw allow 1\n$/)
  })

  test('a host whose profiles have gone says so', async () => {
    const host = openHost()
    await host.say('allow 1')
    run('rm', '-rf', `${host.folder}/etc/ufw/applications.d`)
    const { code, out, err } = await host.say('app list')
    const folder = `${host.folder}/etc/ufw/applications.d`
    assert.deepEqual([code, out], [1, ''])
    assert.equal(err, `WARN: '${folder}' does not exist\nERROR: Profiles directory does not exist\n`)
  })
})
