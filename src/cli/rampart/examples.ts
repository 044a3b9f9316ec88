/** How commands are used, by what stands behind `rampart`: their help ends with it. Of those that are not here, their own part says it. */
export const EXAMPLES: Readonly<Record<string, string>> = {
  '': `
  sudo rampart up                   guard this host
  sudo rampart up --observe         only tell what would be banned
  sudo rampart status nginx-4xx     one jail and whom it bans
  sudo rampart why 198.51.100.7     all that is known of an address
  sudo rampart why in tcp 443 from 198.51.100.7
                                    what the firewall does with a packet
  sudo rampart doctor               what is wrong with this host
  rampart match nginx-botsearch /var/log/nginx/access.log
                                    what a filter finds in a log`,
  up: `
  sudo rampart up
  sudo rampart up --observe     beside a Fail2ban: tells where the two differ
  sudo rampart up --replace     in place of the one that runs; no ban is lifted`,
  reload: `
  sudo rampart config check && sudo rampart reload
  sudo rampart reload sshd`,
  stop: `
  sudo rampart stop --keep-bans         each ban ends in the kernel at its time`,
  status: `
  sudo rampart status
  sudo rampart status sshd
  sudo rampart status --json | jq .banned`,
  bans: `
  sudo rampart bans --jail sshd
  sudo rampart bans --since 7d --state all --json`,
  ban: `
  sudo rampart ban 198.51.100.7 --for 1d
  sudo rampart ban 203.0.113.0/24 2001:db8:bad::/48
  sudo rampart ban 198.51.100.7 --jail sshd
                                        its ports alone, as long as it bans`,
  unban: `
  sudo rampart unban 198.51.100.7
  sudo rampart unban 203.0.113.0/24
                                        its ban, and those of addresses in it
  sudo rampart unban --all --jail sshd`,
  allow: `
  sudo rampart allow 203.0.113.7 --comment "the office"
  sudo rampart allow --list
  sudo rampart allow --remove 203.0.113.7`,
  tail: `
  sudo rampart tail
  sudo rampart tail --json | jq .`,
  'firewall export': `
  sudo rampart firewall export > rules.txt`,
  'firewall plan': `
  sudo rampart firewall plan rules.txt
  ssh web1 rampart firewall export | sudo rampart firewall plan -`,
  'firewall apply': `
  sudo rampart firewall apply rules.txt
  sudo rampart firewall apply rules.txt --rollback 60
                                        undone, unless \`ufw confirm\` comes`,
  'firewall rollback': `
  sudo rampart firewall history
  sudo rampart firewall rollback 12
  sudo rampart firewall rollback        before the last change`,
  'list show': `
  rampart list show drop | wc -l`,
  match: `
  rampart match sshd /var/log/auth.log
  rampart match nginx-4xx --explain access.log
  zcat access.log.*.gz | rampart match nginx-4xx
  rampart match 'sshd[mode=aggressive]' auth.log --json`,
  'config check': `
  sudo rampart config check
  rampart config check sshd --no-logs
  rampart config check --config ./new/fail2ban`,
  doctor: `
  sudo rampart doctor
  sudo rampart doctor --all --json`,
  'import ufw': `
  sudo rampart import ufw --dry-run
  sudo rampart import ufw`,
  'import fail2ban': `
  sudo rampart import fail2ban --dry-run
  sudo rampart import fail2ban
  sudo rampart import fail2ban --database old.sqlite3`,
  completion: `
  source <(rampart completion bash)`,
}
