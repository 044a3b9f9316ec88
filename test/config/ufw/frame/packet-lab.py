#!/usr/bin/env python3
"""
A router in a network namespace of its own between two others; what becomes of raw packets under one firewall or another.
Run as root under `unshare --net --mount`. Reads a line of JSON for each question, writes a line for each answer:

  {"nft": TEXT or null, "restore": [[PROGRAM, TEXT, NOFLUSH]...], "packets": [[WAY, HEX, WAIT_MS]...]}
    WAY: p0, p1 (comes in there), out4, out6 (sent by the router itself)
  -> {"error": TEXT or null, "seen": [...], "answers": [...]}

seen: packets behind the firewall, [`in` or `post`, MARK, HEX]; answers: what the router itself sent because of them.
"""
import ctypes, json, os, socket, struct, subprocess, sys, time

LIBC = ctypes.CDLL(None, use_errno=True)


def run(*argv, text=''):
    return subprocess.run(argv, input=text, capture_output=True, text=True)


def must(*argv, text=''):
    done = run(*argv, text=text)
    if done.returncode != 0:
        raise SystemExit(f'{argv}: {done.stderr}')


def sysctl(name, value):
    try:
        with open('/proc/sys/' + name.replace('.', '/'), 'w') as file:
            file.write(value)
    except OSError:
        pass


WATCH = """
table inet watch {
  # Connections are tracked in both families, whatever the rules ask, so that fragments are put together.
  chain first { type filter hook prerouting priority -350; policy accept; ct state invalid counter; }
  chain in { type filter hook input priority 290; policy accept; log group 7 prefix "in"; }
  chain post { type filter hook postrouting priority 290; policy accept; log group 7 prefix "post"; }
}
"""


class Watcher:
    """Every packet behind the firewall, by NFLOG. Source: linux/netfilter/nfnetlink_log.h."""

    def __init__(self, group):
        self.link = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)
        self.link.setsockopt(socket.SOL_SOCKET, 33, 8 << 20)  # SO_RCVBUFFORCE
        self.config(group, struct.pack('=HHBxxx', 5, 1, 1))  # bind
        self.config(group, struct.pack('=HH', 10, 2) + struct.pack('!IBx', 200, 2) + b'\0\0')  # copies of the packets
        self.config(group, struct.pack('=HH', 8, 5) + struct.pack('!I', 1))  # each at once
        self.link.setblocking(False)

    def config(self, group, attribute):
        body = struct.pack('!BBH', 0, 0, group) + attribute
        self.link.send(struct.pack('=IHHII', 16 + len(body), (4 << 8) | 1, 1 | 4, 1, 0) + body)
        error = struct.unpack('=i', self.link.recv(4096)[16:20])[0]
        if error != 0:
            raise SystemExit(f'nfnetlink_log: {error}')

    def drain(self):
        found = []
        while True:
            try:
                data = self.link.recv(1 << 20)
            except BlockingIOError:
                return found
            while len(data) >= 16:
                length, kind = struct.unpack('=IH', data[:6])
                if kind >> 8 == 4:
                    found.append(self.packet(data[20:length]))
                data = data[(length + 3) & ~3 :]

    @staticmethod
    def packet(data):
        prefix, mark, payload = '', 0, b''
        while len(data) >= 4:
            length, kind = struct.unpack('=HH', data[:4])
            value = data[4:length]
            if kind == 2:
                mark = struct.unpack('!I', value)[0]
            elif kind == 9:
                payload = value
            elif kind == 10:
                prefix = value.rstrip(b'\0').decode()
            data = data[(length + 3) & ~3 :]
        return [prefix, mark, payload.hex()]


class Peer:
    """Another namespace at the end of a cable."""

    def __init__(self, number):
        self.process = subprocess.Popen(['unshare', '--net', 'cat'], stdin=subprocess.PIPE)
        own = os.readlink('/proc/self/ns/net')
        while os.readlink(f'/proc/{self.process.pid}/ns/net') == own:
            time.sleep(0.005)
        p, x = f'p{number}', f'x{number}'
        must('ip', 'link', 'add', p, 'type', 'veth', 'peer', 'name', x, 'netns', str(self.process.pid))
        must('ip', 'link', 'set', p, 'address', f'02:00:00:00:00:0{number}', 'up')
        for address in (f'10.{number}.0.1/24', f'fd00:{number}::1/64'):
            must('ip', 'addr', 'add', address, 'dev', p, *(['nodad'] if ':' in address else []))
        with open('/proc/self/ns/net') as here, open(f'/proc/{self.process.pid}/ns/net') as there:
            if LIBC.setns(there.fileno(), 0) != 0:
                raise SystemExit('setns')
            must('ip', 'link', 'set', x, 'address', f'02:00:00:00:01:0{number}', 'up')
            sysctl(f'net.ipv6.conf.{x}.disable_ipv6', '1')
            self.raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
            self.raw.bind((x, 0))
            self.raw.setblocking(False)
            if LIBC.setns(here.fileno(), 0) != 0:
                raise SystemExit('setns')
        # Whoever is asked for lives at the other end.
        for address in range(2, 12):
            must('ip', 'neigh', 'add', f'10.{number}.0.{address}', 'lladdr', f'02:00:00:00:01:0{number}', 'dev', p)
            must('ip', 'neigh', 'add', f'fd00:{number}::{address:x}', 'lladdr', f'02:00:00:00:01:0{number}', 'dev', p)
        must('ip', 'neigh', 'add', f'fe80::{number}:1', 'lladdr', f'02:00:00:00:01:0{number}', 'dev', p)

    def drain(self):
        frames = []
        while True:
            try:
                frames.append(self.raw.recv(65535))
            except BlockingIOError:
                return frames


def setup():
    run('ip', 'link', 'set', 'lo', 'up')
    must('mount', '--make-rprivate', '/')
    run('mount', '-t', 'tmpfs', 'tmpfs', '/run')
    for name, value in [
        ('net.ipv4.ip_forward', '1'),
        ('net.ipv6.conf.all.forwarding', '1'),
        ('net.ipv4.conf.all.rp_filter', '0'),
        ('net.ipv4.conf.default.rp_filter', '0'),
        ('net.ipv4.icmp_ratelimit', '0'),
        ('net.ipv4.icmp_ratemask', '0'),
        ('net.ipv4.icmp_msgs_per_sec', '1000000'),
        ('net.ipv4.icmp_msgs_burst', '1000000'),
        ('net.ipv6.icmp.ratelimit', '0'),
        ('net.ipv4.icmp_echo_ignore_broadcasts', '0'),
        ('net.ipv6.conf.all.accept_dad', '0'),
        ('net.ipv6.conf.default.accept_dad', '0'),
        ('net.ipv6.conf.default.accept_ra', '0'),
        ('net.ipv4.conf.all.accept_source_route', '1'),
        ('net.ipv6.conf.all.accept_source_route', '1'),
    ]:
        sysctl(name, value)
    peers = {'p0': Peer(0), 'p1': Peer(1)}
    # The rest of the world.
    must('ip', 'route', 'add', 'default', 'via', '10.1.0.2')
    must('ip', '-6', 'route', 'add', 'default', 'via', 'fd00:1::2')
    time.sleep(0.3)
    return peers


def join(peers):
    """A member of a few groups, so that their packets are taken."""
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    two = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    for name in peers:
        index = socket.if_nametoindex(name)
        for group in ('224.0.0.251', '239.255.255.250'):
            one.setsockopt(socket.IPPROTO_IP, 35, struct.pack('=4s4si', socket.inet_aton(group), b'\0' * 4, index))
        for group in ('ff02::fb', 'ff02::f'):
            packed = socket.inet_pton(socket.AF_INET6, group) + struct.pack('=i', index)
            two.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, packed)
    return one, two


def load(question):
    for table in json.loads(run('nft', '-j', 'list', 'tables').stdout or '{"nftables":[]}')['nftables']:
        if 'table' in table:
            run('nft', 'delete', 'table', table['table']['family'], table['table']['name'])
    for program, text, noflush in question.get('restore', []):
        done = run(program, *(['--noflush'] if noflush else []), text=text)
        if done.returncode != 0:
            return f'{program}: {done.stderr.strip()}'
    if question.get('nft'):
        done = run('nft', '-f', '-', text=question['nft'])
        if done.returncode != 0:
            return done.stderr.strip()
    must('nft', '-f', '-', text=WATCH)
    return None


def forget_connections():
    """IPCTNL_MSG_CT_DELETE of all. Source: linux/netfilter/nfnetlink_conntrack.h."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12) as link:
        link.send(struct.pack('=IHHIIBBH', 20, (1 << 8) | 2, 1 | 4, 1, 0, 0, 0, 0))
        error = struct.unpack('=i', link.recv(4096)[16:20])[0]
        if error != 0:
            raise SystemExit(f'connections are not forgotten: {error}')


def send(way, frame, peers, raw4, raw6):
    data = bytes.fromhex(frame)
    try:
        if way in peers:
            peers[way].raw.send(data)
        elif way == 'out4':
            raw4.sendto(data, (socket.inet_ntoa(data[16:20]), 0))
        else:
            raw6.sendto(data, (socket.inet_ntop(socket.AF_INET6, data[24:40]), 0))
    except PermissionError:
        pass  # The firewall says so.
    except OSError:
        pass


def answers(frames):
    """Of frames that came out: ICMP errors and resets, with the id of what they answer."""
    found = []
    for frame in frames:
        kind, ip = struct.unpack('!H', frame[12:14])[0], frame[14:]
        if len(ip) < (34 if kind == 0x0800 else 54):
            continue
        if kind == 0x0800 and ip[9] == 1 and ip[20] in (3, 11, 12):
            found.append(['icmp', ip[20], ip[21], struct.unpack('!H', ip[32:34])[0]])
        elif kind == 0x0800 and ip[9] == 6 and ip[33] & 4:
            found.append(['rst', 4, struct.unpack('!HH', ip[20:24])])
        elif kind == 0x86DD and ip[6] == 58 and ip[40] in (1, 2, 3, 4):
            found.append(['icmp6', ip[40], ip[41], struct.unpack('!I', ip[48:52])[0] & 0xFFFFF])
        elif kind == 0x86DD and ip[6] == 6 and ip[53] & 4:
            found.append(['rst', 6, struct.unpack('!HH', ip[40:44])])
    return found


def main():
    peers = setup()
    groups = join(peers)
    watcher = Watcher(7)
    raw4 = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    raw4.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    raw6 = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW)
    print('ready', flush=True)
    for line in sys.stdin:
        question = json.loads(line)
        error = load(question)
        answer = {'error': error}
        if error is None:
            for peer in peers.values():
                peer.drain()
            watcher.drain()
            forget_connections()
            for way, frame, wait in question['packets']:
                time.sleep(wait / 1000)
                send(way, frame, peers, raw4, raw6)
            time.sleep(0.03)
            answer['seen'] = watcher.drain()
            answer['answers'] = answers([frame for peer in peers.values() for frame in peer.drain()])
        print(json.dumps(answer), flush=True)
    for one in groups:
        one.close()
    for peer in peers.values():
        peer.process.stdin.close()


main()
