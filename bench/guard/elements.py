"""Tells each address that enters a set of nftables in this network namespace, at the moment the kernel tells of it: one
line of the nanoseconds of CLOCK_MONOTONIC and the element's key in hexadecimal digits.

It listens to netlink itself: `nft monitor` needs milliseconds of its own before it prints. What is told here can be at most
later than it happened (by the time that this process needs to wake up, some 0.1 ms), never earlier.
Source of the numbers: linux/netfilter/nfnetlink.h, nf_tables.h, netlink(7).
"""
import socket
import struct
import sys
import time

NETLINK_NETFILTER = 12
GROUP_NFTABLES = 7
NEW_ELEMENTS = (10 << 8) | 12
LIST_ELEMENTS = 3
LIST_ELEM = 1
ELEM_KEY = 1
DATA_VALUE = 1
SO_RCVBUFFORCE = 33


def attributes(data):
    at = 0
    while at + 4 <= len(data):
        length, kind = struct.unpack_from("=HH", data, at)
        if length < 4:
            return
        yield kind & 0x3FFF, data[at + 4 : at + length]
        at += (length + 3) & ~3


def within(data, wanted):
    return [value for kind, value in attributes(data) if kind == wanted]


def messages(data):
    at = 0
    while at + 16 <= len(data):
        length, kind = struct.unpack_from("=IH", data, at)
        if length < 16:
            return
        yield kind, data[at + 16 : at + length]
        at += (length + 3) & ~3


def keys(payload):
    for elements in within(payload[4:], LIST_ELEMENTS):
        for element in within(elements, LIST_ELEM):
            for key in within(element, ELEM_KEY):
                yield from within(key, DATA_VALUE)


netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
netlink.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 * 1024 * 1024)
netlink.bind((0, 1 << (GROUP_NFTABLES - 1)))
print("ready", flush=True)
while True:
    data = netlink.recv(1 << 18)
    now = time.monotonic_ns()
    told = "".join(f"{now} {key.hex()}\n" for kind, payload in messages(data) if kind == NEW_ELEMENTS for key in keys(payload))
    if told:
        sys.stdout.write(told)
        sys.stdout.flush()
