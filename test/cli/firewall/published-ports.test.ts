/** Ports of containers, in the words in which nft lists what Docker, and iptables, have made. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseAddress } from '../../../src/base/address.ts'
import { targetIn } from '../../../src/cli/rampart/published-ports.ts'
import type { Packet } from '../../../src/firewall/rules/explain.ts'

const LISTED = `table ip nat {
	chain DOCKER {
		iifname != "docker0" tcp dport 8080 counter packets 0 bytes 0 dnat to 172.17.0.2:80
		iifname != "docker0" ip daddr 10.1.1.1 udp dport 53 counter packets 0 bytes 0 dnat to 172.17.0.3:5353
		tcp dport 8443 counter packets 0 bytes 0 
	}
}
table ip6 docker-bridges {
	chain nat-prerouting {
		iifname != "br-0123456789ab" fib daddr type local tcp dport { 80, 8080-8090 } dnat to [fd00::2]:443
		tcp dport 9000-9010 dnat to fd00::4
	}
}
table inet rampart {
	chain nat4-PREROUTING {
		tcp dport 7000 dnat ip to 10.9.9.9:70
	}
}
`
const ROWS: readonly (readonly [
  protocol: 'tcp' | 'udp',
  port: number,
  to: string,
  on: string,
  target: string | undefined,
])[] = [
  ['tcp', 8080, '10.1.1.1', 'eth0', '172.17.0.2 80'],
  ['tcp', 8080, '10.1.1.1', 'docker0', undefined],
  ['udp', 8080, '10.1.1.1', 'eth0', undefined],
  ['udp', 53, '10.1.1.1', 'eth0', '172.17.0.3 5353'],
  ['udp', 53, '10.1.1.2', 'eth0', undefined],
  ['tcp', 8443, '10.1.1.1', 'eth0', undefined],
  ['tcp', 8085, 'fd00:1::1', 'eth0', 'fd00::2 443'],
  ['tcp', 9005, 'fd00:1::1', 'eth0', 'fd00::4 9005'],
  ['tcp', 7000, '10.1.1.1', 'eth0', undefined],
]

for (const [protocol, toPort, to, inInterface, target] of ROWS) {
  test(`${protocol} ${toPort} to ${to} on ${inInterface}: ${target ?? 'stays here'}`, () => {
    const packet: Packet = {
      ...{ path: 'in', protocol, from: parseAddress(to)!, fromPort: undefined, to: parseAddress(to)!, toPort },
      ...{ inInterface, outInterface: undefined },
    }
    const found = targetIn(LISTED, packet)
    assert.equal(found && `${found.to.text} ${found.toPort}`, target)
  })
}
