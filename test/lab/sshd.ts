/** A real sshd in the lab, and a client that guesses passwords. */
import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { type Lab, SERVER, SERVER6, until } from './lab.ts'

/** Whose key lets him in as anybody. */
const ADMIN = '/etc/rampart/lab-admin'

/** Somebody who logs in from an address outside and stays until he is ended. @param words of ssh, before the host */
export function logIn(lab: Lab, from: string, user: string, words: readonly string[] = []): ChildProcess {
  const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'IdentitiesOnly=yes', 'LogLevel=ERROR']
  const key = join(lab.folder, 'rampart/lab-admin')
  const given = options.flatMap((option) => ['-o', option])
  return lab.outside.start([
    'ssh',
    '-F',
    'none',
    '-b',
    from,
    '-i',
    key,
    ...given,
    ...words,
    `${user}@${SERVER}`,
    'echo in; cat',
  ])
}

/** Starts sshd; what it says goes to /var/log/auth.log as a syslog daemon would write it. */
export async function startSshd(lab: Lab): Promise<void> {
  const key = '/etc/rampart/lab-host-key'
  await lab.server.must(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', key])
  await lab.server.must(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', ADMIN])
  const config = [
    'UsePAM no',
    'PasswordAuthentication yes',
    'KbdInteractiveAuthentication no',
    'AuthorizedKeysFile /etc/rampart/lab-admin.pub',
    'StrictModes no',
    `HostKey ${key}`,
    'PidFile none',
  ]
  lab.write('rampart/sshd_config', `${config.join('\n')}\n`)
  const sshd = lab.server.start(['/usr/sbin/sshd', '-D', '-e', '-f', '/etc/rampart/sshd_config'])
  let rest = ''
  let listening = false
  sshd.stderr!.on('data', (bytes) => {
    const lines = (rest + bytes).split(/\r?\n/)
    rest = lines.pop()!
    listening ||= lines.some((line) => line.startsWith('Server listening'))
    const stamp = new Date().toISOString().replace('Z', '+00:00')
    lab.append('syslog/auth.log', lines.map((line) => `${stamp} server sshd[${sshd.pid}]: ${line}\n`).join(''))
  })
  await until('sshd listens', () => listening)
  lab.write('askpass', '#!/bin/sh\necho guess\n', 0o755)
}

/** Tries passwords for root, three in a connection as OpenSSH does. @returns what the client said last */
export async function guessPasswords(lab: Lab, from: string, times: number): Promise<string> {
  const options = [
    'StrictHostKeyChecking=no',
    'UserKnownHostsFile=/dev/null',
    'PreferredAuthentications=password',
    'ConnectTimeout=1',
    'NumberOfPasswordPrompts=3',
    'LogLevel=ERROR',
  ].flatMap((option) => ['-o', option])
  let said = ''
  for (let tried = 0; tried < times; tried += 3) {
    const askpass = ['env', `SSH_ASKPASS=${join(lab.folder, 'askpass')}`, 'SSH_ASKPASS_REQUIRE=force']
    const host = from.includes(':') ? SERVER6 : SERVER
    said = (
      await lab.outside.run([
        ...askpass,
        ...PATIENCE,
        'ssh',
        '-F',
        'none',
        '-b',
        from,
        ...options,
        `root@${host}`,
        'true',
      ])
    ).err
  }
  return said
}

/** A client whose ban comes amidst its guessing would wait for long. */
const PATIENCE = ['timeout', '2']
