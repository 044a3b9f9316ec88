"""Runs a guard in a terminal, sends it SIGHUP, then closes the terminal. Prints what came of both."""
import os
import pty
import signal
import sys
import time

pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])


def wait(word):
    """Reads what the guard prints until it has this word."""
    printed, end = b"", time.time() + 15
    while word not in printed and time.time() < end:
        printed += os.read(terminal, 4096)


wait(b"reading")
os.kill(pid, signal.SIGHUP)
wait(b"reload")
print("reloaded" if os.waitpid(pid, os.WNOHANG) == (0, 0) else "gone", flush=True)
os.close(terminal)
print("ended", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
