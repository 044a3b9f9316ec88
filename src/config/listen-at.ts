/** `metrics = 127.0.0.1:9191` of fail2ban.conf: where, and that it is nowhere but on this host. */
import { contains, isHost, parseNetwork } from '../base/address.ts'
import { Fault } from '../base/fault.ts'
import type { ListenAt } from './settings.ts'

const OFF: readonly string[] = ['', 'off', 'no', 'none', 'false']
const LOOPBACK = ['127.0.0.0/8', '::1'].map((text) => parseNetwork(text)!)

/** @returns undefined: nowhere @throws Fault `config.bad-address`, `config.not-loopback` */
export function listenAt(text: string): ListenAt | undefined {
  if (OFF.includes(text.toLowerCase())) return undefined
  const [, bracketed, plain, digits] = /^(?:\[([^\]]*)\]|([^:[\]]*)):(\d{1,5})$/.exec(text) ?? []
  const host = bracketed ?? plain
  const port = Number(digits)
  const network = host === undefined ? undefined : parseNetwork(host === 'localhost' ? '127.0.0.1' : host)
  if (!network || !isHost(network) || port < 1 || port > 65535) {
    throw new Fault('config.bad-address', `metrics = ${text} is no address with a port`, {
      hint: 'write 127.0.0.1:9191 or [::1]:9191',
    })
  }
  if (LOOPBACK.some((outer) => contains(outer, network))) return { host: network.text, port }
  throw new Fault('config.not-loopback', `metrics = ${text} is no address of the loopback`, {
    hint: 'who reaches the port may read it: write 127.0.0.1:9191, and let a proxy that asks for a password tell it elsewhere',
  })
}
