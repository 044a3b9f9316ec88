/** What a banaction refuses: as the rules say that the installed Fail2ban would make for it (`fail2ban-client -d`, a black box). */
import assert from 'node:assert/strict'
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { printPorts } from '../../src/base/ports.ts'
import { loadConfiguration } from '../../src/config/load-configuration.ts'
import type { Scope } from '../../src/firewall/block.ts'
import { fakeWorld } from '../../src/world/fake.ts'
import { realWorld } from '../../src/world/real.ts'
import { missing, theirs } from './stream.ts'

const FOLDER = '/etc/fail2ban'
const BUILT_IN = /^(ufw|route|iptables|nftables|firewallcmd)\b.*\.conf$/
const PARAMETERS = [
  '',
  '[blocktype=DROP]',
  '[protocol=udp]',
  '[port="80,443"]',
  '[type=allports]',
  '[actiontype=<allports>]',
]

const skip = missing || (existsSync(`${FOLDER}/action.d`) ? false : `there is no ${FOLDER}`)
const root = mkdtempSync(join(tmpdir(), 'rampart-meaning-'))
after(() => rmSync(root, { recursive: true }))

if (skip) test('what a banaction refuses', { skip }, () => {})
else compare()

function compare(): void {
  cpSync(FOLDER, root, { recursive: true })
  const names = readdirSync(`${root}/action.d`).filter((name) => BUILT_IN.test(name) && !name.includes('-common'))
  const actions = names.flatMap((name) => PARAMETERS.map((parameters) => name.replace('.conf', '') + parameters))
  const jails = actions.map(
    (action, i) => `[j${i}]\nenabled = true\nbackend = systemd\nfilter = sshd\naction = ${action}\n`,
  )
  writeFileSync(`${root}/jail.local`, jails.join(''))
  const commands = theirs([root])[0]!.commands!
  const settings = new Map(loadConfiguration(realWorld(), [root], {}).jails.map((jail) => [jail.name, jail]))
  for (const [i, action] of actions.entries()) {
    test(`${action} refuses what its rules would`, () => {
      const scope = settings.get(`j${i}`)?.scope
      assert.deepEqual(
        scope && told(scope),
        ruled(commands.find((one) => one.startsWith(`['multi-set', 'j${i}', 'action'`))!),
      )
    })
  }
}

test("where the port is a container's own, all ports are refused", () => {
  const world = fakeWorld()
  const sections = FORWARDED.map(
    ([action], i) => `[c${i}]\nenabled = true\nbackend = systemd\nfailregex = <HOST>\naction = ${action}\n`,
  )
  world.put('/c/jail.conf', sections.join(''))
  const { jails } = loadConfiguration(world, ['/c'], {})
  assert.deepEqual(
    jails.map(({ scope }) => scope && printPorts(scope.ports)),
    FORWARDED.map(([, ports]) => ports),
  )
})

const FORWARDED = [
  ['iptables-multiport[port=80, chain=INPUT]', '80'],
  ['iptables-multiport[port=80, chain=DOCKER-USER]', 'all'],
  ['iptables[port=80, chain=FORWARD]', 'all'],
  ['nftables[port=80, chain_hook=forward]', 'all'],
] as const

function told({ protocol, ports, verdict }: Scope): unknown {
  return { protocol, ports: printPorts(ports), verdict: verdict === 'drop' ? verdict : 'reject' }
}

/** The same by the rules in the action's commands: their port, their protocol, their target. */
function ruled(command: string): unknown {
  const rules = command.slice(0, command.indexOf("'actionunban'")) + (/'actionflush', [^\]]*/.exec(command)?.[0] ?? '')
  const given = (key: string) => new RegExp(`\\['${key}', ["']([^\\]]*)["']\\]`).exec(command)?.[1] ?? ''
  const port = /dports? (?:\\\\\{ \$\(echo \\?')?([\w,:]+)|ports="([^"]*)"/.exec(rules)
  const protocol = /echo \\?'(\w+)\\?' \||-p (\w+)|l4proto \\\\\{ (\w+)|protocol=\\?'(\w+)/.exec(rules)
  const target = rules.includes('<blocktype>') ? given('blocktype') : rules
  return {
    protocol: protocol?.slice(1).find(Boolean) ?? 'all',
    ports: port?.slice(1).find(Boolean)?.replace('ssh', '22').replace('1:65535', 'all') ?? 'all',
    // A client whose answers find no route hears nothing.
    verdict: /reject/i.test(target) ? 'reject' : 'drop',
  }
}
