/** The unit that loads the rules at boot: in one transaction, before the network is up, without the guard. */
import type { Files } from '../../world/files.ts'
import type { World } from '../../world/world.ts'
import type { Call } from './call.ts'
import { warn } from './warn.ts'

const UNIT = '/etc/systemd/system/ufw.service'
/** Where a package's stands; the admin's goes before it. Source: systemd.unit(5) */
const PACKAGED = '/lib/systemd/system/ufw.service'
const WANTED = '/etc/systemd/system/sysinit.target.wants/ufw.service'

/** Never throws: what it cannot do is a warning, the firewall is on all the same. */
export async function installUnit(call: Call): Promise<void> {
  const { world, selfCommand } = call.setting
  const { files, run } = world
  if (selfCommand === undefined) return
  if (!isSystemd(files)) {
    // A script that takes any word on stderr for a fault shall not stumble: a person is told.
    if (call.setting.terminal.columns !== undefined) warn(call, [NO_SYSTEMD])
    return
  }
  try {
    const text = `${OURS}\n${unitText([...selfCommand, 'ufw-init'])}`
    const isOld = !isPackaged(files) && (!files.stat(UNIT) || files.text(UNIT) !== text)
    if (isOld) files.write(UNIT, text, 0o644)
    if (!isOld && files.stat(WANTED, { follow: false })) return
    const exit = await run.once(['systemctl', 'enable', 'ufw.service'], { timeoutMs: 20_000 })
    if (exit.code !== 0) warn(call, [`${NOT_AT_BOOT}: systemctl enable ufw.service has failed`])
  } catch {
    warn(call, [`${NOT_AT_BOOT}: ${UNIT} could not be written`])
  }
}

/** Nothing of ours is loaded at boot; a unit that an installed ufw has brought counts again. @returns what could not be done */
export async function removeUnit({ files, run }: Pick<World, 'files' | 'run'>): Promise<readonly string[]> {
  const systemctl = (...words: readonly string[]) => run.once(['systemctl', ...words], { timeoutMs: 20_000 })
  try {
    const isWritten = files.stat(UNIT) !== undefined && files.text(UNIT).startsWith(OURS)
    if (isWritten) for (const path of [UNIT, WANTED]) files.remove(path)
    if (!isSystemd(files)) return []
    if (isWritten) await systemctl('daemon-reload')
    if (!isPackaged(files) && !(isWritten && files.stat(PACKAGED))) return []
    const verb = isPackaged(files) ? 'disable' : 'enable'
    const { code } = await systemctl(verb, 'ufw.service')
    return code === 0 ? [] : [`systemctl ${verb} ufw.service has failed: see what is loaded at boot`]
  } catch {
    return [`${UNIT} could not be removed: it would load these rules again at boot`]
  }
}

const OURS = "# Written by 'ufw enable'."
const NOT_AT_BOOT = 'the rules will not be loaded at boot'
const NO_SYSTEMD = `${NOT_AT_BOOT}: there is no systemd here; have 'ufw reload' run before the network is up`

/** The unit came with Rampart's package, which is what runs here then. */
function isPackaged(files: Files): boolean {
  return files.stat(PACKAGED) !== undefined && files.text(PACKAGED).includes(DESCRIPTION)
}

function isSystemd(files: Files): boolean {
  return files.stat('/run/systemd/system')?.kind === 'folder'
}

/** Behind nftables.service, which begins by deleting every rule there is. Source: systemd.unit(5), systemd.special(7). */
export function unitText(command: readonly string[]): string {
  const line = command.map((word, at) => (at === 0 ? quoted(word) : quoted(word.replaceAll('$', '$$$$')))).join(' ')
  return `[Unit]
${DESCRIPTION}
Documentation=man:ufw(8)
DefaultDependencies=no
StartLimitIntervalSec=0
After=local-fs.target nftables.service
Before=network-pre.target
Wants=network-pre.target
RequiresMountsFor=${[...command, STATE]
    .filter((word) => word.startsWith('/'))
    .map(quoted)
    .join(' ')}

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=${line} force-reload
ExecReload=${line} force-reload
ExecStop=${line} stop --by-unit

[Install]
WantedBy=sysinit.target
`
}

/** Where the lists are. */
const STATE = '/var/lib/rampart'
const DESCRIPTION = 'Description=Firewall rules of ufw, loaded by Rampart'

/** Source: systemd.service(5), COMMAND LINES; systemd.unit(5), SPECIFIERS. */
function quoted(word: string): string {
  const text = word.replace(/[\\"]/g, '\\$&').replaceAll('%', '%%')
  return /^[\w./=:@%+$-]+$/.test(text) ? text : `"${text}"`
}
