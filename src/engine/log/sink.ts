/** What takes the lines of the log: a file, a stream of this process, syslog, the journal. */
import type { World } from '../../world/world.ts'
import { LEVELS, type Level } from './level.ts'
import type { Target } from './target.ts'

export interface Sink {
  /** Lines with their ends. @throws Fault if they cannot be written */
  write(text: string): void
  /** What stands before a line's text, for who sorts by it. */
  readonly before: (level: Level) => string
  /** Whether a file can be another one now. */
  readonly isFile: boolean
  close(): void
}

export interface Streams {
  out(text: string): void
  err(text: string): void
}

/** Who may read whom this host bans? root. */
const MODE = 0o600

/**
 * @param syslogSocket `auto`: where this system has it
 * @throws Fault `file.denied`, `file.absent` and their like
 */
export function openSink(
  { files, run }: Pick<World, 'files' | 'run'>,
  target: Target,
  syslogSocket: string,
  streams: Streams,
): Sink {
  switch (target.kind) {
    case 'stdout':
      return { write: streams.out, before: nothing, isFile: false, close() {} }
    case 'stderr':
      return { write: streams.err, before: nothing, isFile: false, close() {} }
    case 'file': {
      const file = files.append(target.name, MODE)
      return { write: (text) => file.write(text), before: nothing, isFile: true, close: () => file.close() }
    }
    default: {
      const path = target.kind === 'journal' ? JOURNAL : syslogSocket === 'auto' ? SYSLOG : syslogSocket
      const relay = run.start(['perl', '-e', RELAY, path, target.kind])
      return {
        write: (text) => void relay.write(text),
        before: (level) => `<${8 * target.facility + severity(level)}>`,
        isFile: false,
        close: () => relay.endInput(),
      }
    }
  }
}

const SYSLOG = '/dev/log'
const JOURNAL = '/run/systemd/journal/socket'

function nothing(): string {
  return ''
}

/** Source: syslog(3). */
function severity(level: Level): number {
  const number = LEVELS[level]
  return number >= 40 ? 3 : number >= 30 ? 4 : number >= 25 ? 5 : number >= 20 ? 6 : 7
}

/**
 * Node has no datagrams on unix sockets. Each line becomes one: for syslog as it is, for the journal in its fields (source:
 * systemd.journal-fields(7), "Native Journal Protocol"). Whoever listens there may be started anew.
 */
const RELAY = `
use strict; use Socket;
my ($path, $kind) = @ARGV;
socket(my $socket, AF_UNIX, SOCK_DGRAM, 0) or die "socket: $!";
while (my $line = <STDIN>) {
  chomp $line;
  if ($kind eq 'journal') {
    $line =~ s/^<(\\d+)>//;
    $line = "PRIORITY=" . ($1 & 7) . "\\nSYSLOG_IDENTIFIER=fail2ban\\nMESSAGE=$line\\n";
  } else { $line .= "\\0" }
  send($socket, $line, 0, sockaddr_un($path));
}
`
