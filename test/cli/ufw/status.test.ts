/** `ufw status` of whole rulesets: as recorded from ufw 0.36.2, and as the installed one prints it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Form } from '../../../src/cli/ufw/columns.ts'
import { isForwarding, printStatus } from '../../../src/cli/ufw/status.ts'
import type { UfwState } from '../../../src/config/ufw/state.ts'
import { printTuple } from '../../../src/config/ufw/tuple.ts'
import type { Rule } from '../../../src/firewall/rules/rule.ts'
import { askUfw, NO_UFW } from '../../config/ufw/ask-ufw.ts'
import { randomRule } from '../../config/ufw/random-rules.ts'
import { ruleOf } from './rule-of.ts'

const STATE: UfwState = {
  ...{ enabled: true, logging: 'low', ipv6: true, profilePolicy: 'skip', rules: [] },
  policies: { in: 'drop', out: 'accept', forward: 'drop' },
}
const ACTIVE = { active: true, forwarding: false }
const FORMS: readonly Form[] = ['plain', 'verbose', 'numbered']

const SEVERAL = [
  'allow udp 137,138 0.0.0.0/0 any 0.0.0.0/0 Samba - in',
  'allow any 22 0.0.0.0/0 any 0.0.0.0/0 out',
  'allow tcp 139,445 0.0.0.0/0 any 0.0.0.0/0 Samba - in',
  'route:allow any any 0.0.0.0/0 any 10.0.0.0/8 in_eth0',
  'deny any 22 ::/0 any ::/0 in',
].map(ruleOf)

const ROWS: Readonly<Record<string, { readonly text: string; readonly is: string }>> = {
  'a firewall that is down says no more than that': {
    text: printStatus({ ...STATE, rules: SEVERAL }, { ...ACTIVE, active: false }, 'verbose'),
    is: 'Status: inactive\n',
  },
  'without rules there is no table': { text: printStatus(STATE, ACTIVE, 'plain'), is: 'Status: active\n' },
  'verbose tells what is done without rules': {
    text: printStatus(STATE, ACTIVE, 'verbose'),
    is: `Status: active
Logging: on (low)
Default: deny (incoming), allow (outgoing), disabled (routed)
New profiles: skip
`,
  },
  'the policy for what is passed on shows where something is': {
    text: printStatus(
      {
        ...STATE,
        ...{ logging: 'off', profilePolicy: 'drop', policies: { in: 'accept', out: 'drop', forward: 'reject' } },
      },
      { active: true, forwarding: true },
      'verbose',
    ),
    is: `Status: active
Logging: off
Default: allow (incoming), deny (outgoing), reject (routed)
New profiles: deny
`,
  },
  'where nothing comes in, no line is empty between what goes out and what passes': {
    text: printStatus({ ...STATE, rules: SEVERAL.filter(({ path }) => path !== 'in') }, ACTIVE, 'plain'),
    is: `Status: active

To                         Action      From
--                         ------      ----
22                         ALLOW OUT   Anywhere                  |
Anywhere                   ALLOW FWD   10.0.0.0/8 on eth0        |

`,
  },
  'rules stand in groups, an application once': {
    text: printStatus({ ...STATE, rules: SEVERAL }, ACTIVE, 'plain'),
    is: `Status: active

To                         Action      From
--                         ------      ----
Samba                      ALLOW       Anywhere                  |
22 (v6)                    DENY        Anywhere (v6)             |

22                         ALLOW OUT   Anywhere                  |

Anywhere                   ALLOW FWD   10.0.0.0/8 on eth0        |

`,
  },
  'verbose spells an application out': {
    text: printStatus({ ...STATE, rules: SEVERAL }, ACTIVE, 'verbose'),
    is: `Status: active
Logging: on (low)
Default: deny (incoming), allow (outgoing), disabled (routed)
New profiles: skip

To                         Action      From
--                         ------      ----
137,138/udp (Samba)        ALLOW IN    Anywhere                  |
139,445/tcp (Samba)        ALLOW IN    Anywhere                  |
22 (v6)                    DENY IN     Anywhere (v6)             |

22                         ALLOW OUT   Anywhere                  |

Anywhere                   ALLOW FWD   10.0.0.0/8 on eth0        |

`,
  },
  'numbers follow the files, in no groups': {
    text: printStatus({ ...STATE, rules: SEVERAL }, ACTIVE, 'numbered'),
    is: `Status: active

     To                         Action      From
     --                         ------      ----
[ 1] Samba                      ALLOW IN    Anywhere                  |
[ 2] 22                         ALLOW OUT   Anywhere                   (out)
[ 3] Anywhere                   ALLOW FWD   10.0.0.0/8 on eth0        |
[ 4] 22 (v6)                    DENY IN     Anywhere (v6)             |

`,
  },
}

for (const [name, { text, is }] of Object.entries(ROWS)) {
  // The bar marks where blanks end a line.
  test(name, () => assert.equal(text, is.replaceAll('|\n', '\n')))
}

for (const on of ['ipv4/ip_forward', 'ipv6/conf/all/forwarding', 'ipv6/conf/default/forwarding']) {
  test(`packets are passed on with ${on}`, () => {
    const files = (value: string) => ({ text: (path: string) => (path === `/proc/sys/net/${on}` ? value : '0\n') })
    assert.equal(isForwarding(files('1\n')), true)
    assert.equal(isForwarding(files('0\n')), false)
    assert.equal(isForwarding(files('2\n')), false)
  })
}

test('the installed ufw shows 500 random rules as we do', { skip: NO_UFW }, () => {
  const sets = [1, 2].map((seed) => {
    const next = random(seed)
    return ([4, 6] as const).flatMap((family) => Array.from({ length: 125 }, () => tame(randomRule(family, next))))
  })
  const answers = askUfw(
    sets.map((rules) => ({
      commands: [['enable'], ['status'], ['status', 'verbose'], ['status', 'numbered']],
      files: Object.fromEntries(
        ([4, 6] as const).map((family) => [
          `/etc/ufw/user${family === 6 ? '6' : ''}.rules`,
          file(rules.filter((rule) => rule.family === family)),
        ]),
      ),
    })),
  )
  for (const [i, { answers: said }] of answers.entries()) {
    const printed = FORMS.map((form) => printStatus({ ...STATE, rules: sets[i]! }, ACTIVE, form))
    assert.deepEqual(
      said.slice(1).map(({ out }) => out.split('\n')),
      printed.map((text) => text.split('\n')),
    )
  }
})

/** With few names, so that applications meet; ufw's own commands give every side of an application its ports. */
function tame(rule: Rule): Rule {
  const side = (end: Rule['to']) =>
    end.profile === undefined ? end : { ...end, profile: 'Nginx Full', ports: end.ports === 'any' ? '80' : end.ports }
  return { ...rule, to: side(rule.to), from: side(rule.from) }
}

/** Tuples are all that status reads. */
function file(rules: readonly Rule[]): string {
  const tuples = rules.map((rule) => `\n### tuple ### ${printTuple(rule)}\n`)
  return `*filter\n:ufw-user-input - [0:0]\nCOMMIT\n### RULES ###\n${tuples.join('')}\n### END RULES ###\n`
}

/** Numbers that are the same in every run. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1103515245 + 12345) % 2147483648
    return state / 2147483648
  }
}
