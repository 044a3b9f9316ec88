/** What `ufw help` prints: our own words for UFW's commands, and what we add to them. */

export const HELP = `
Usage: ufw [--dry-run] [--force] COMMAND

Firewall:
 enable | disable                 switch it on, now and at boot, or off
 reload                           read the files again
 reset                            back to no rules; the old files are kept
 default allow|deny|reject [incoming|outgoing|routed]
                                  what becomes of packets that no rule names
 logging off|low|medium|high|full
                                  how much the kernel's log tells

Rules:
 allow|deny|reject|limit RULE     add a rule behind the others
 prepend RULE, insert NUM RULE    put it before them, or in place NUM
 route RULE                       the same, for what this host passes on
 delete RULE|NUM                  take a rule away

A RULE is
 [in|out] [log|log-all] PORT[/tcp|/udp]|SERVICE|PROFILE [comment TEXT]
or
 [in|out [on INTERFACE]] [log|log-all] [proto PROTOCOL]
    [from ADDRESS [port PORT|app PROFILE]]
    [to ADDRESS [port PORT|app PROFILE]] [comment TEXT]
for example
 allow 80,443/tcp     deny from 192.0.2.0/24
 limit ssh            allow in on eth0 to any port 53

Looking:
 status [verbose|numbered]        whether it is on, and its rules
 show added                       the commands that make the rules again
 show listening                   who listens here, and what rules reach them
 show raw|builtins|before-rules|user-rules|after-rules|logging-rules
                                  what the kernel has, with counters

Profiles of programs (/etc/ufw/applications.d):
 app list, app info PROFILE|all   which there are, and their ports
 app update [--add-new] PROFILE|all
                                  give their rules the ports they have now
 app default allow|deny|reject|skip
                                  what --add-new does

Options:
 --dry-run                        show what would be done
 --force                          do not ask
 --json                           status and show, for programs
 --rollback SECONDS               undo it, unless \`ufw confirm\` comes in time
 version, help
`
