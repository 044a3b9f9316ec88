/** What `fail2ban-client --help` says; the options and commands are Fail2ban's. */
export const HELP = `Usage: fail2ban-client [OPTIONS] <COMMAND>

Rampart in the place of Fail2ban's client: reads the same files, takes the same
options and commands, and asks whatever server answers on the socket, Rampart's
or an original one.

Options:
  -c, --conf DIR          the folder of the configuration, and no other (else
                          /etc/fail2ban, then /etc/rampart, above what Rampart
                          brings)
  -s, --socket FILE       where the server answers; another one is another
                          server, with bans of its own
  -p, --pidfile FILE      where its number stands
      --pname NAME        what it is called in lists of processes
      --loglevel LEVEL    how much is in the log; this and the next two in the
                          place of what fail2ban.conf says
      --logtarget TARGET  where the log goes
      --syslogsocket auto|FILE
                          where syslog listens
  -d                      print the commands that the configuration comes to
      --dp, --dump-pretty
                          the same, long ones over several lines
  -t, --test              say whether the configuration can be used
  -i                      take a command a line, until exit
  -v, -q                  tell more, tell less
  -x                      remove a socket that a killed server left behind
  -b, -f                  start in the background (default), in the foreground
      --async             do not wait for the server that starts
      --timeout TIME      how long it is waited for
      --str2sec TEXT      how many seconds a duration is
  -V, --version           the version of Fail2ban that this is like
  -h, --help              this text

Commands (the others are those of fail2ban-client(1)):
  start, stop, restart [--unban] [--if-exists] [JAIL]
  reload [--restart] [--unban] [--if-exists] [JAIL]
  ping, version, flushlogs
  status [JAIL [FLAVOR]], banned [IP ...]
  unban --all | IP ...
  get|set JAIL banip|unbanip|bantime|findtime|maxretry|ignoreip|logpath|...
  get|set loglevel|logtarget|syslogsocket|dbfile|dbpurgeage|dbmaxmatches

Ends with 0, or with 255 where something is wrong.
`
