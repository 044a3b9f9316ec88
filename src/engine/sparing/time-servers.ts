/** From whom this host has its time: a ban of them makes its clock drift. Names and addresses, as its daemons' files say. */
import type { Files } from '../../world/files.ts'
import { textOf } from './proc.ts'

/** As they stand there: a name may mean other addresses each time that it is looked up. */
export function timeServers(files: Files): string[] {
  const named = all(files, FILES, /^[ \t]*(?:servers?|peer|pool)[ \t]+(?:-[46][ \t]+)?([^\s#;]+)/gim)
  const given = all(files, TIMESYNCD, /^[ \t]*NTP[ \t]*=(.*)$/gm)
  const fallback = all(files, TIMESYNCD, /^[ \t]*FallbackNTP[ \t]*=(.*)$/gm)
  // What the file shows as a comment is what the program has built in.
  const builtIn = fallback.length > 0 ? [] : all(files, TIMESYNCD, /^#FallbackNTP=(.*)$/gm)
  return [...new Set([...named, ...given, ...fallback, ...builtIn])].slice(0, MAX_SERVERS)
}

/** More are no host's. */
const MAX_SERVERS = 64

/** Source: chrony.conf(5), ntp.conf(5) and where Debian, Red Hat and Alpine have them. */
const FILES = [
  '/etc/chrony.conf',
  '/etc/chrony/chrony.conf',
  '/etc/chrony/conf.d',
  '/etc/chrony/sources.d',
  '/run/chrony-dhcp',
  '/etc/ntp.conf',
  '/etc/ntpsec/ntp.conf',
  '/etc/openntpd/ntpd.conf',
  '/etc/ntpd.conf',
]

/** Source: timesyncd.conf(5); the last is what DHCP said. */
const TIMESYNCD = ['/etc/systemd/timesyncd.conf', '/etc/systemd/timesyncd.conf.d', '/run/systemd/netif/state']

/** The words behind each match, in files and in the files of folders. */
function all(files: Files, paths: readonly string[], line: RegExp): string[] {
  return paths
    .flatMap((path) => [path, ...inFolder(files, path)])
    .flatMap((path) => [...textOf(files, path).matchAll(line)])
    .flatMap(([, words]) => words!.split(/\s+/).filter((word) => word !== ''))
}

function inFolder(files: Files, folder: string): string[] {
  try {
    return files.list(folder).flatMap((name) => (/\.(conf|sources)$/.test(name) ? [`${folder}/${name}`] : []))
  } catch {
    return [] // A file, or nothing.
  }
}
