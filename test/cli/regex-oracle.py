"""Runs the installed fail2ban-regex once for each line of standard input (its words, as JSON), in a process that has
loaded it already, and answers with a line of JSON: the exit code and what it printed on standard output."""
import json
import os
import runpy
import sys
import tempfile

import fail2ban.client.fail2banregex  # noqa: F401  loaded before the first fork

PROGRAM = "/usr/bin/fail2ban-regex"


def run(words):
    with tempfile.TemporaryFile() as out:
        child = os.fork()
        if child == 0:
            os.dup2(out.fileno(), 1)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            sys.argv = [PROGRAM] + words
            code = 0
            try:
                runpy.run_path(PROGRAM, run_name="__main__")
            except SystemExit as end:
                code = end.code if isinstance(end.code, int) else int(end.code is not None)
            except BaseException:
                code = 1
            sys.stdout.flush()
            os._exit(code & 255)
        _, status = os.waitpid(child, 0)
        out.seek(0)
        return {"code": os.waitstatus_to_exitcode(status), "out": out.read().decode("utf-8", "surrogateescape")}


for line in sys.stdin:
    print(json.dumps(run(json.loads(line))), flush=True)
