/** What `fail2ban-regex --help` prints. */

export const USAGE = 'fail2ban-regex [OPTIONS] <LOG> <REGEX> [IGNOREREGEX]'

export const HELP = `Usage: ${USAGE}

Shows what a filter makes of the lines of a log: which expression matched how
often, which lines were ignored or missed, and how the dates were read. Nobody
is banned and no name is looked up.

LOG:
  a file                its lines, unpacked where gzip packed them; - reads
                        standard input
  systemd-journal       the journal; with options in brackets, as a jail's
                        backend has them
  anything else         is a line itself, or several with newlines between them

REGEX:
  a filter's name       from filter.d, perhaps with options:
                        sshd[mode=aggressive]
  a filter's file       by its path: ./my-filter.conf
  a jail's name         from jail.conf: its filter with the options that the
                        jail gives it
  anything else         is a failregex itself

IGNOREREGEX:
  an expression, or the path of a filter file whose ignoreregex are taken

Options:
  --version             print the version of Fail2ban that this command stands
                        for
  -h, --help            print this
  -c, --config FOLDER   the configuration to read (default: /etc/fail2ban, else
                        the stock one)
  -d, --datepattern P   the form of the dates
  --timezone, --TZ Z    the zone of dates that name none
  -e, --encoding NAME   how the log is encoded (default: the locale's)
  -r, --raw             leave what <HOST> found as it is; names are never
                        looked up in either case
  --usedns VALUE        no: <HOST> takes addresses alone
  -L, --maxlines N      lines that one expression may span
  -m, --journalmatch M  which entries of the journal, in place of what the
                        filter says
  -l, --log-level LEVEL
                        what to tell of the work itself: critical (default)
                        error warning notice info debug
  -V                    print the version, the number alone
  -v, --verbose         tell more: all expressions with what they found, all
                        date templates; twice: the filter's options
  --verbosity N         the same as a number, 0 to 4
  --verbose-date, --VD  with -v: weight and pattern of each date template
  -D, --debuggex        links to debuggex.com for the lines that are printed
  --no-check-all        stop at the first expression that matches
  -o, --out WHAT        print what was found and nothing else: id, ip, msg,
                        row, the name of a group, or a text with tags such as
                        "<ip> <F-USER> <time>"
  -i, --invert          with -o msg: print the lines that do not match
  --print-no-missed     leave out the missed lines
  --print-no-ignored    leave out the ignored lines
  --print-all-matched   print every matched line
  --print-all-missed    print every missed line, however many
  --print-all-ignored   print every ignored line, however many
  -t, --log-traceback   accepted; there is nothing to trace
  --full-traceback      accepted; there is nothing to trace
`
