"""Packets for the tests of rules. `serve PORT...` answers tcp and udp on these ports; `probe` reads a JSON list of probes
{kind, from, to, port, sport} and prints what became of each: accept, drop, reset, or the ICMP answer such as icmp-3/3.
All go at once, or one after the other with `probe one-by-one`; `"at": SECONDS` then waits until that moment.
`flood FROM TO PORT PER_SECOND` sends datagrams until its input ends, `count PORT...` takes them; both print how many."""
import json, select, socket, struct, sys, time

WAIT = 0.4
RAW = {'ah': 51, 'esp': 50, 'gre': 47, 'igmp': 2, 'vrrp': 112, 'ipv6': 41}


def serve(ports):
    sockets = {}
    for port in ports:
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            one = socket.socket(socket.AF_INET6, kind)
            one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            one.bind(('::', port))
            if kind == socket.SOCK_STREAM:
                one.listen(100)
            sockets[one.fileno()] = (one, kind)
    print('ready', flush=True)
    poll = select.poll()
    for fd in sockets:
        poll.register(fd, select.POLLIN)
    while True:
        for fd, _ in poll.poll():
            one, kind = sockets[fd]
            if kind == socket.SOCK_STREAM:
                one.accept()[0].close()
            else:
                data, peer = one.recvfrom(100)
                try:
                    one.sendto(data, peer)
                except OSError:
                    pass  # The answer is refused on its way out.


def flood(source, to, port, per_second):
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    one.bind((source, 0))
    start, sent = time.monotonic(), 0
    print('ready', flush=True)
    while not select.select([sys.stdin], [], [], 0.002)[0]:
        while sent < (time.monotonic() - start) * per_second:
            one.sendto(b'x', (to, port))
            sent += 1
    print(sent)


def count(ports):
    sockets = {}
    for port in ports:
        one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        one.setsockopt(socket.SOL_SOCKET, 33, 1 << 24)  # SO_RCVBUFFORCE
        one.bind(('', port))
        sockets[one] = port
    counts = dict.fromkeys(ports, 0)
    print('ready', flush=True)
    while True:
        found = select.select([sys.stdin, *sockets], [], [])[0]
        if sys.stdin in found and len(found) == 1:
            break
        for one in found:
            if one in sockets:
                one.recv(10)
                counts[sockets[one]] += 1
    print(' '.join(str(counts[port]) for port in ports))


class Errors:
    """The ICMP errors that come back, by the first bytes of the packet that they answer."""

    def __init__(self):
        self.sockets = [socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP),
                        socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)]
        for one in self.sockets:
            one.setblocking(False)
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.found = {}

    def read(self):
        for one, head in zip(self.sockets, (20, 0)):
            while True:
                try:
                    data = one.recv(2000)[head:]
                except BlockingIOError:
                    break
                kind, code, inner = data[0], data[1], data[8:]
                if head and kind in (3, 11, 12):
                    length = (inner[0] & 15) * 4
                    key = (inner[9], socket.inet_ntop(socket.AF_INET, inner[12:16]), socket.inet_ntop(socket.AF_INET, inner[16:20]))
                elif not head and kind < 5:
                    length = 40
                    key = (inner[6], socket.inet_ntop(socket.AF_INET6, inner[8:24]), socket.inet_ntop(socket.AF_INET6, inner[24:40]))
                else:
                    continue
                ports = struct.unpack('!HH', inner[length:length + 4]) if key[0] in (6, 17) else (0, 0)
                self.found[key + ports] = (kind, code)


class Probe:
    def __init__(self, what):
        self.what = what
        kind, family = what['kind'], socket.AF_INET6 if ':' in what['to'] else socket.AF_INET
        self.number = {'tcp': 6, 'udp': 17, **RAW}[kind]
        types = {'tcp': socket.SOCK_STREAM, 'udp': socket.SOCK_DGRAM}
        self.socket = socket.socket(family, types.get(kind, socket.SOCK_RAW), 0 if kind in types else self.number)
        self.socket.setblocking(False)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind((what['from'], what.get('sport', 0)))
        self.verdict = None
        self.key = None
        self.refused = None
        self.start()

    def start(self):
        to = (self.what['to'], self.what.get('port', 0))
        try:
            self.socket.connect(to)
        except BlockingIOError:
            pass
        except OSError as problem:
            self.verdict = 'unsent ' + str(problem)
            return
        ports = (self.socket.getsockname()[1], to[1]) if self.number in (6, 17) else (0, 0)
        self.key = (self.number, self.what['from'], self.what['to']) + ports
        if self.number != 6:
            try:
                self.socket.send(b'probe' * 8)
            except OSError as problem:
                self.verdict = 'unsent ' + str(problem)

    def look(self, errors, now):
        answer = errors.found.get(self.key)
        if answer:
            # Who answers that it does not know the protocol has had the packet.
            knows_not = answer == ((4, 1) if ':' in self.what['to'] else (3, 2))
            self.verdict = 'accept' if knows_not and self.number not in (6, 17) else 'icmp-%d/%d' % answer
        elif self.refused and now - self.refused > 0.05:
            self.verdict = 'reset'
        elif self.number == 6 and not self.refused:
            if select.select([], [self.socket], [], 0)[1]:
                if self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0:
                    self.verdict = 'accept'
                else:
                    self.refused = now
        elif self.number == 17:
            try:
                self.socket.recv(100)
                self.verdict = 'accept'
            except OSError:
                pass


def ask(probes, errors):
    """All at once."""
    end = time.monotonic() + WAIT
    while time.monotonic() < end and any(one.verdict is None for one in probes):
        errors.read()
        for one in probes:
            if one.verdict is None:
                one.look(errors, time.monotonic())
        time.sleep(0.002)
    for one in probes:
        one.socket.close()
    return [one.verdict or 'drop' for one in probes]


def main():
    if sys.argv[1] == 'serve':
        serve([int(port) for port in sys.argv[2:]])
    if sys.argv[1] == 'flood':
        return flood(sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]))
    if sys.argv[1] == 'count':
        return count([int(port) for port in sys.argv[2:]])
    wanted, errors = json.loads(sys.stdin.read()), Errors()
    if 'one-by-one' not in sys.argv:
        print(json.dumps(ask([Probe(what) for what in wanted], errors)))
        return
    start, verdicts = time.monotonic(), []
    for what in wanted:
        time.sleep(max(0, start + what.get('at', 0) - time.monotonic()))
        verdicts += ask([Probe(what)], errors)
    print(json.dumps(verdicts))


main()
