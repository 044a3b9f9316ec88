"""A program of the bench. `send.py FROM TO PORT SECONDS CPU` sends datagrams as fast as one CPU can, 256 with each system call, and
prints as JSON {sent, seconds, cpu}: the CPU is its own and that of the CPU's ksoftirqd. Over a cable between two namespaces
the one who sends also takes the packet in on the other side, firewall and all: what it costs is in that CPU.
`send.py sink PORT` takes them and throws them away, until its input ends."""
import ctypes, json, os, socket, sys, time

BATCH = 256


class Iovec(ctypes.Structure):
    _fields_ = [('base', ctypes.c_void_p), ('length', ctypes.c_size_t)]


class Message(ctypes.Structure):
    """struct mmsghdr. Source: sendmmsg(2), recvmsg(2)"""
    _fields_ = [('name', ctypes.c_void_p), ('name_length', ctypes.c_uint), ('iov', ctypes.POINTER(Iovec)),
                ('iov_length', ctypes.c_size_t), ('control', ctypes.c_void_p), ('control_length', ctypes.c_size_t),
                ('flags', ctypes.c_int), ('sent', ctypes.c_uint)]


def ksoftirqd(cpu):
    """The file that tells how long it has run; None where it is another's namespace."""
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            with open('/proc/%s/comm' % pid) as file:
                if file.read().strip() == 'ksoftirqd/%d' % cpu:
                    return '/proc/%s/schedstat' % pid
        except OSError:
            pass
    return None


def run_time(file):
    """Seconds. Source: Documentation/scheduler/sched-stats.rst"""
    if file is None:
        return 0
    with open(file) as opened:
        return int(opened.read().split()[0]) / 1e9


def send(source, to, port, seconds, cpu):
    os.sched_setaffinity(0, {cpu})
    helper = ksoftirqd(cpu)
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    # Else a queue of sent packets that nobody has yet taken in holds it up.
    one.setsockopt(socket.SOL_SOCKET, 32, 1 << 24)  # SO_SNDBUFFORCE
    one.bind((source, 0))
    one.connect((to, port))
    payload = ctypes.create_string_buffer(b'x' * 18)
    piece = Iovec(ctypes.addressof(payload), 18)
    batch = (Message * BATCH)(*[Message(iov=ctypes.pointer(piece), iov_length=1) for _ in range(BATCH)])
    call, fd, sent = ctypes.CDLL(None, use_errno=True).sendmmsg, one.fileno(), 0
    began, used = time.monotonic(), time.process_time() + run_time(helper)
    while time.monotonic() - began < seconds:
        done = call(fd, batch, BATCH, 0)
        if done > 0:
            sent += done
    # What it has sent last is still being taken in.
    time.sleep(0.05)
    taken, used = time.monotonic() - began, time.process_time() + run_time(helper) - used
    print(json.dumps({'sent': sent, 'seconds': taken, 'cpu': used}))


def sink(port):
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    one.bind(('', port))
    print('ready', flush=True)
    sys.stdin.read()


if sys.argv[1] == 'sink':
    sink(int(sys.argv[2]))
else:
    send(sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4]), int(sys.argv[5]))
