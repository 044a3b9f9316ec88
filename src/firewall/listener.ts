/**
 * What anyone deletes in one table, in the lines of `nft monitor`, by a program that keeps nothing: of each element that
 * `nft monitor` sees it remembers 340 bytes, and 680 of each that is there when it starts (33 s at a million). Node
 * opens no netlink socket; Perl does, and is on every Debian and Ubuntu (package perl-base, essential): 3.6 MB.
 *
 * Messages of the kernel: linux/netlink.h, linux/netfilter/nfnetlink.h, linux/netfilter/nf_tables.h.
 */

/**
 * It says `listening` when it does, and nothing of our own deletions but their marks: of 50,000 bans lifted at once each
 * would have to be read.
 * @param marks the set whose keys are numbers, not addresses
 * @param begin those of its keys that a transaction of our own begins with
 * @param rules another table, of which it says only that somebody has changed something: once for many things
 */
export function listenerCommand(
  table: string,
  marks: string,
  begin: readonly number[],
  rules: string,
): readonly string[] {
  return ['perl', '-e', LISTENER, table, marks, rules, ...begin.map(String)]
}

/** Ends when the kernel had to drop a message, as whoever goes on would have missed it. */
const LISTENER = `
use strict;
$0 = 'rampart: listens to the firewall';
my ($table, $marks, $rules, @begin) = @ARGV;
my ($AF_NETLINK, $SOCK_RAW, $NETLINK_NETFILTER, $GROUP_NFTABLES, $INET) = (16, 3, 12, 7, 1);
my ($SOL_SOCKET, $SO_RCVBUFFORCE) = (1, 33);
# NFT_MSG_DEL... and NFT_MSG_DESTROY..., of the subsystem 10.
my %what = (2 => 'table', 5 => 'chain', 8 => 'rule', 11 => 'set', 14 => 'element',
  26 => 'table', 27 => 'chain', 28 => 'rule', 29 => 'set', 30 => 'element');

# Each message of the subsystem has the table's name first.
my $ofRules = pack 'S S Z*', 5 + length $rules, 1, $rules;

socket(my $socket, $AF_NETLINK, $SOCK_RAW, $NETLINK_NETFILTER) or die "socket: $!";
# A transaction of 50,000 elements is 4 MB of messages.
setsockopt($socket, $SOL_SOCKET, $SO_RCVBUFFORCE, pack 'i', 1 << 24);
bind($socket, pack 'S S L L', $AF_NETLINK, 0, 0, 1 << $GROUP_NFTABLES - 1) or die "bind: $!";
syswrite STDOUT, "listening\\n";

my $ours = 0;
while (1) {
  defined recv($socket, my $bytes, 1 << 16, 0) or die "recv: $!";
  my ($lines, $changed) = ('', 0);
  for (my $at = 0; $at + 20 <= length $bytes; ) {
    my ($size, $type, $family) = unpack "x$at L S x10 C", $bytes;
    last if $size < 16;
    if ($type >> 8 == 10 && $family == $INET) {
      my $what = $what{$type & 255};
      if (substr($bytes, $at + 20, length $ofRules) eq $ofRules) { $changed = 1 }
      elsif ($what) { $lines .= told($what, substr $bytes, $at + 20, $size - 20) }
    }
    $at += $size + 3 & ~3;
  }
  $lines .= "change table inet $rules\\n" if $changed;
  syswrite STDOUT, $lines if $lines ne '';
}

sub told {
  my ($what, $bytes) = @_;
  my %of = attributes($bytes);
  return '' if $of{1} ne "$table\\0";
  my $name = unpack 'Z*', $of{2} || '';
  return $ours ? '' : "delete $what inet $table $name\\n" if $what ne 'element';
  return '' if $ours && $name ne $marks;
  my @elements = attributes($of{3});
  my $lines = '';
  while (my (undef, $element) = splice @elements, 0, 2) {
    my %element = attributes($element);
    my %key = attributes($element{1});
    $lines .= "delete element inet $table $name { " . text($name, $key{1}) . " }\\n";
  }
  return $lines;
}

sub text {
  my ($name, $key) = @_;
  return length $key == 4 ? join '.', unpack 'C4', $key : join ':', unpack '(H4)8', $key if $name ne $marks;
  my $mark = unpack 'L', $key;
  $ours = grep { $_ == $mark } @begin;
  return $mark;
}

# Type and value of each.
sub attributes {
  my ($bytes) = @_;
  my @found;
  for (my $at = 0; $at + 4 <= length $bytes; ) {
    my ($size, $type) = unpack "x$at S S", $bytes;
    last if $size < 4;
    push @found, $type & 0x3fff, substr $bytes, $at + 4, $size - 4;
    $at += $size + 3 & ~3;
  }
  return @found;
}
`
