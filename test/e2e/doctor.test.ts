/** The doctor on a host as manuals set it up: what bans nobody is told, with its reason; what it says mends it. */
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { Lab, noLab } from '../lab/lab.ts'

const JAILS = `[DEFAULT]
bantime = 1h
[sshd]
enabled = true
[nginx-4xx]
enabled = true
logpath = /var/log/nginx/error.log
[nginx-sslerror]
enabled = true
logpath = /var/log/nginx/error.log
`

describe('rampart doctor', { skip: noLab() ?? false }, () => {
  let lab: Lab

  before(async () => {
    lab = await Lab.open(JAILS)
    change('nginx/nginx.conf', 'error.log info;', 'error.log;')
    change('nginx/nginx.conf', 'http {', 'http {\n  set_real_ip_from 0.0.0.0/0;')
    await lab.nginx()
  })
  after(() => lab?.close())

  function change(name: string, from: string, to: string): void {
    const path = join(lab.folder, name)
    const text = readFileSync(path, 'utf8')
    assert.ok(text.includes(from), `${name} has ${from}`)
    writeFileSync(path, text.replace(from, to))
  }

  async function doctor(...words: string[]): Promise<{ readonly code: number; readonly told: readonly string[] }> {
    const { code, out } = await lab.rampart('doctor', '--json', ...words)
    const { findings } = JSON.parse(out) as {
      findings: { code: string; severity: string; file?: string; line?: number; mend?: string }[]
    }
    const said = findings.filter(
      ({ severity, code: of }) => severity !== 'hint' && /^(detection|lint|nginx)\./.test(of),
    )
    return { code, told: said.map(({ code: of, file, line }) => `${of}${file ? ` ${file}:${line}` : ''}`) }
  }

  test('as published nginx-4xx and nginx-sslerror ban nobody, whoever likes is believed, and no guard runs', async () => {
    const { code, told } = await doctor()
    assert.equal(code, 1)
    assert.deepEqual([...told].sort(), [
      'detection.no-guard',
      'lint.hidden-by-level /etc/rampart/jail.local:10',
      'lint.wrong-log /etc/rampart/jail.local:7',
      'nginx.trusts-everyone /etc/nginx/nginx.conf:8',
    ])
  })

  test('of a guard with folders of its own those are looked at, unless others are named', async () => {
    const folder = join(lab.folder, 'other')
    mkdirSync(folder)
    writeFileSync(join(folder, 'jail.local'), '[nginx-4xx]\nenabled = true\nlogpath = /var/log/nginx/error.log\n')
    const guard = await lab.guard(['--config', folder])
    const [own, named] = [await doctor(), await doctor('--config', '/etc/rampart')]
    await guard.stop()
    assert.ok(own.told.includes(`lint.wrong-log ${folder}/jail.local:3`), own.told.join('\n'))
    assert.ok(!own.told.some((told) => told.includes('/etc/rampart')), own.told.join('\n'))
    assert.ok(named.told.includes('lint.wrong-log /etc/rampart/jail.local:7'), named.told.join('\n'))
  })

  test('mended as it says, and guarded, nothing of it is told', async () => {
    change('rampart/jail.local', 'logpath = /var/log/nginx/error.log', 'logpath = /var/log/nginx/access.log')
    change('nginx/nginx.conf', 'error.log;', 'error.log info;')
    change('nginx/nginx.conf', 'set_real_ip_from 0.0.0.0/0;', '')
    const guard = await lab.guard()
    const { told } = await doctor()
    await guard.stop()
    assert.deepEqual(told, [])
  })
})
