/** What the installed Fail2ban package has: only its own readers are called. */
import { spawnSync } from 'node:child_process'

/** Prints the expanded expressions of all filters, once each. */
const SCRIPT = `
import glob, json, logging, os, sys
logging.disable(logging.CRITICAL)
from fail2ban.client.filterreader import FilterReader
from fail2ban.server.failregex import FailRegex, Regex
found = set()
for path in glob.glob('/etc/fail2ban/filter.d/*.conf'):
    for mode in ('', 'normal', 'ddos', 'extra', 'aggressive', 'more', 'auth', 'rbl', 'errors', 'fallback'):
        reader = FilterReader(os.path.basename(path)[:-5], 'any', {'mode': mode} if mode else {}, basedir='/etc/fail2ban')
        try:
            reader.read(); reader.getOptions(None); commands = reader.convert()
        except Exception: continue
        for command in commands:
            if 'regex' not in command[2]: continue
            for text in command[3] if command[0] == 'multi-set' else command[3:4]:
                for kind in (FailRegex, Regex):
                    try: found.add(kind(text).getRegex()); break
                    except Exception: pass
json.dump(sorted(found), sys.stdout)
`
export const INSTALLED_PYTHON = '/usr/bin/python3'

/** The expanded expressions of all filters in all modes, once each; none if the package is not there. */
export function installedExpressions(): readonly string[] {
  const told = spawnSync(INSTALLED_PYTHON, ['-c', SCRIPT], { encoding: 'utf8', maxBuffer: 16 * 1024 * 1024 })
  return told.status === 0 ? (JSON.parse(told.stdout) as string[]) : []
}
