"""Reads folders, one a line; for each prints what the installed Fail2ban makes of it, as one line of JSON."""
import json
import logging
import sys

sys.path.insert(0, "/usr/lib/python3/dist-packages")
from fail2ban.client.configurator import Configurator

logging.getLogger("fail2ban").setLevel(logging.CRITICAL + 1)
logging.getLogger("fail2ban").addHandler(logging.NullHandler())


def read(folder):
    configurator = Configurator()
    configurator.setBaseDir(folder)
    try:
        configurator.readEarly()
        early = configurator.getEarlyOptions()
        configurator.Reload()
        configurator.readAll()
        well = configurator.getOptions(None, early, ignoreWrong=True)
        configurator.convertToProtocol(allow_no_files=True)
        commands = configurator.getConfigStream()
    except Exception as error:
        return {"error": "%s: %s" % (type(error).__name__, error)}
    return {"well": bool(well), "commands": [repr(command) for command in commands]}


for line in sys.stdin:
    print(json.dumps(read(line.rstrip("\n"))), flush=True)
