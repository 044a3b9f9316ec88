/** The services and profiles of the host that the answers were recorded on, as far as they ask for them. */
import type { Vocabulary } from '../../../src/cli/ufw/vocabulary.ts'
import { parseServices } from '../../../src/config/ufw/services.ts'
import { profilesOf } from './profiles-of.ts'

const SERVICES = parseServices(`
ssh 22/tcp
smtp 25/tcp mail
domain 53/tcp
domain 53/udp
tftp 69/udp
http 80/tcp www # WorldWideWeb HTTP
https 443/tcp
https 443/udp
nbp 2/ddp
`)

export const KNOWN: Vocabulary = {
  services: (name) => SERVICES.get(name),
  profiles: () =>
    profilesOf({
      CIFS: '137,138/udp|139,445/tcp',
      DNS: '53',
      KTorrent: '6881/tcp|4444/udp',
      'Kerberos Full': '88,749/tcp|464/udp',
      MSN: '1863|6891:6900/tcp|6901',
      NFS: '2049,111/tcp|2049,111/udp',
      'Nginx Full': '80,443/tcp',
      'Nginx HTTP': '80/tcp',
      'Nginx HTTPS': '443/tcp',
      OpenSSH: '22/tcp',
      SSH: '22/tcp',
      ssh_udp: '22/udp',
      SSH_UDP: '22/udp',
    }),
  ipv6: true,
}
