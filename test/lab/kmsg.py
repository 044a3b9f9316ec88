"""
A program of the lab: what /dev/kmsg is to whoever reads it, `kmsg.py FIFO`. Each line of standard input is a record, which
one read takes as a whole: so it is on a pipe in packet mode. Source: pipe(2), O_DIRECT.
"""
import fcntl
import os
import sys
import time

device = os.open(sys.argv[1], os.O_RDWR)
fcntl.fcntl(device, fcntl.F_SETFL, os.O_DIRECT)
print("ready", flush=True)
for number, line in enumerate(sys.stdin):
    micros = time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000
    os.write(device, f"4,{number},{micros},-;{line}".encode())
