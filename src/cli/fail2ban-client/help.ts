/** What `fail2ban-client --help` says; the options are Fail2ban's. */
export const HELP = `Usage: fail2ban-client [OPTIONS] <COMMAND>

Rampart in the place of Fail2ban's client: reads the same files, takes the same options.

Options:
  -c, --conf DIR          the folder of the configuration, and no other
                          (else /etc/fail2ban, then /etc/rampart, above what Rampart brings)
  -d                      print the commands that the configuration comes to
      --dp, --dump-pretty the same, long ones over several lines
  -t, --test              say whether the configuration can be used
      --loglevel LEVEL    in the place of what fail2ban.conf says
      --logtarget TARGET
      --syslogsocket auto|FILE
  -v, -q                  tell more, tell less
      --str2sec TEXT      how many seconds a duration is
  -V, --version           the version of Fail2ban that this is like
  -h, --help              this text
Taken for the sake of scripts, without any effect on these:
  -s, --socket FILE   -p, --pidfile FILE   --pname NAME   --timeout TIME   -i -x -b -f --async

Ends with 0, or with 255 where something is wrong.
`
