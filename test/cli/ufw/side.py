#!/usr/bin/env python3
"""Says commands to a ufw, in mount and network namespaces of its own where /etc/ufw, /etc/default and /run are private.

side.py PROGRAM; stdin: one JSON list of {"words": [...], "input": TEXT} a line, each begun from the stock files;
stdout: for each command {"code", "out", "err", "tuples", "settings"}.
"""
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

PRIVATE = ('/etc/ufw', '/etc/default')
ENV = {'PATH': '/usr/sbin:/usr/bin:/sbin:/bin', 'LC_ALL': 'C.UTF-8'}

# Lines of its own, no two alike but for their case, with what is said of profiles elsewhere.
PROFILES = '''[One]
title=One
description=one port
ports=71/tcp

[Two Lists]
title=Two
description=two lists of ports
ports=81/tcp|82,83/udp

[Any]
title=Any
description=both protocols
ports=91
'''


def main():
    if len(sys.argv) < 3:
        os.execvp('unshare', ['unshare', '-nm', sys.executable, __file__, sys.argv[1], 'inside'])
    stock = tempfile.mkdtemp()
    subprocess.run(['mount', '-t', 'tmpfs', 'tmpfs', stock], check=True)
    for path in PRIVATE:
        shutil.copytree(path, stock + path, symlinks=True)
    profiles = stock + '/etc/ufw/applications.d'
    shutil.rmtree(profiles)
    os.mkdir(profiles)
    with open(profiles + '/test', 'w') as file:
        file.write(PROFILES)
    for path in PRIVATE + ('/run',):
        subprocess.run(['mount', '-t', 'tmpfs', '-o', 'mode=755', 'tmpfs', path], check=True)
    subprocess.run(['ip', 'link', 'set', 'lo', 'up'], check=True)
    for line in sys.stdin:
        restore(stock)
        for command in json.loads(line):
            print(json.dumps(say(command)), flush=True)
    subprocess.run(['umount', stock], check=True)
    os.rmdir(stock)


def restore(stock):
    subprocess.run(['nft', 'flush', 'ruleset'], check=True)
    for path in PRIVATE:
        for name in os.listdir(path):
            inside = path + '/' + name
            shutil.rmtree(inside) if os.path.isdir(inside) and not os.path.islink(inside) else os.remove(inside)
        shutil.copytree(stock + path, path, symlinks=True, dirs_exist_ok=True)


def say(command):
    done = subprocess.run(
        [sys.argv[1]] + command['words'], input=command['input'].encode(), capture_output=True, env=ENV, timeout=60
    )
    out, err = (text.decode('utf-8', 'replace') for text in (done.stdout, done.stderr))
    return {'code': done.returncode, 'out': out, 'err': err, 'tuples': tuples(), 'settings': settings()}


def tuples():
    lines = []
    for name in ('user.rules', 'user6.rules'):
        with open('/etc/ufw/' + name, errors='replace') as file:
            text = file.read()
        found = [name + line[len('### tuple ###') :] for line in text.splitlines() if line.startswith('### tuple ###')]
        # With every other byte of it; one without rules may be a stock file, of which each has its own.
        lines += found + ([name + ' ' + hashlib.sha256(text.encode()).hexdigest()[:16]] if found else [])
    return lines


def settings():
    text = ''
    for path in ('/etc/default/ufw', '/etc/ufw/ufw.conf'):
        with open(path, errors='replace') as file:
            text += file.read()
    return re.findall(r'(?m)^(?:IPV6|ENABLED|LOGLEVEL|DEFAULT_\w+)=.*$', text)


main()
