/** Run in a mount namespace of its own: changes of UFW's files on a full disk and over mounted files. Prints what came of it. */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { underLock } from '../../../src/config/ufw/open-ufw.ts'
import { ufwPaths } from '../../../src/config/ufw/paths.ts'
import { readUfw } from '../../../src/config/ufw/read-ufw.ts'
import type { LogLevel } from '../../../src/firewall/rules/ruleset.ts'
import { realWorld } from '../../../src/world/real.ts'

const world = realWorld()
const paths = { ...ufwPaths('/mnt'), lock: '/mnt/ufw.lock' }
const shell = (commands: string) => {
  const { status, stderr } = spawnSync('sh', ['-ec', commands], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${commands}: ${stderr}`)
}

/** Changes ufw.conf, /etc/default/ufw and both files of rules. */
async function change(logging: LogLevel): Promise<string> {
  const policies = { in: logging === 'low' ? 'drop' : 'accept', out: 'accept', forward: 'drop' } as const
  const done = underLock(world, paths, ({ state, prepare }) => prepare({ ...state, logging, policies }).commit())
  return done.then(
    () => 'saved',
    ({ code, at, message }) => {
      if (code === 'file.full' && !message.startsWith(`${at.file} `)) return message
      return at.file.includes('rampart') ? at.file : code
    },
  )
}

const level = () => readUfw(world, paths).state.logging
const names = () => readdirSync(paths.folder).filter((name) => name.startsWith('.'))

shell('mount -t tmpfs -o size=200k tmpfs /mnt')
const full = [await change('low'), level()]
shell('dd if=/dev/zero of=/mnt/filler bs=4k 2>/dev/null || true')
full.push(await change('high'), level(), ...names())
shell('rm /mnt/filler')
full.push(await change('full'), level(), ...names())

shell('umount /mnt; mount -t tmpfs tmpfs /mnt; mkdir -p /mnt/etc/default; mount -t tmpfs tmpfs /mnt/etc/default')
const apart = [await change('high'), level(), ...names(), String(statSync(paths.defaults).mode & 0o777)]

shell('umount /mnt/etc/default /mnt; mount -t tmpfs tmpfs /mnt')
const mounted = [await change('low')]
for (const path of [paths.defaults, paths.userRules[4]]) {
  shell(
    `cp ${path} /mnt/beside; mv /mnt/beside /mnt/$(basename ${path}); mount --bind /mnt/$(basename ${path}) ${path}`,
  )
}
mounted.push(await change('high'), level(), ...names())
mounted.push(String(readFileSync('/mnt/user.rules', 'utf8') === readFileSync(paths.userRules[4], 'utf8')))

shell(`umount ${paths.userRules[4]}; mount --bind -o ro ${paths.conf} ${paths.conf}`)
const immutable = [await change('full'), level(), ...names()]
shell(`umount ${paths.conf}`)

shell('mount -o remount,ro /mnt')
const readOnly = [await change('full'), level()]
console.log(JSON.stringify({ full, apart, mounted, immutable, readOnly }))
