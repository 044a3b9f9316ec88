"""Asks the installed Fail2ban what its filter makes of lines. Reads a JSON list of cases from standard input, each
{"failregex", "ignoreregex": [str], "prefregex", "datepattern", "logtimezone": str|null, "maxlines": int, "usedns": str,
"checkAll", "raw": bool, "findtime": seconds|null (null: no line is too old), "live": bool,
"lines": [[text, now in seconds]] or [[text, now, time beside it, stamp]]}.
Writes for each case what it found in each line: [{expression, id, shown, time, fields, matches}]; or, for a case that
it refuses, a string."""
import json
import logging
import sys
import time

logging.disable(logging.CRITICAL)
from fail2ban.server.filter import Filter  # noqa: E402
from fail2ban.server.ipdns import IPAddr  # noqa: E402
from fail2ban.server.mytime import MyTime  # noqa: E402

# Sessions age by the real clock there: here it is the case's.
MyTime.setTime(0)
time.time = lambda: MyTime.time()
INTERNAL = ("matches", "nofail-matches", "mlfpending")


def filter_of(case):
    made = Filter(None)
    made.setMaxLines(case["maxlines"])
    made.setUseDns(case["usedns"])
    made.prefRegex = case["prefregex"]
    for text in case["failregex"]:
        made.addFailRegex(text)
    for text in case["ignoreregex"]:
        made.addIgnoreRegex(text)
    if case["logtimezone"]:
        made.setLogTimeZone(case["logtimezone"])
    if case["datepattern"]:
        made.setDatePattern(case["datepattern"])
    made.checkAllRegex = case["checkAll"]
    made.returnRawHost = case["raw"]
    made.checkFindTime = case["findtime"] is not None
    if made.checkFindTime:
        made.setFindTime(case["findtime"])
        made.inOperation = case["live"]
    return made


def plain(value):
    if isinstance(value, IPAddr):
        return str(value)
    if isinstance(value, (set, frozenset)):
        return sorted(plain(one) for one in value)
    if isinstance(value, tuple):
        return [plain(one) for one in value]
    return value


def row(found):
    index, who, when, data = found
    return {
        "expression": index,
        "id": None if who is None else str(who.raw),
        "shown": None if who is None else str(who),
        "time": when,
        "fields": {k: plain(v) for k, v in data.items() if v is not None and k not in INTERNAL},
        "matches": ["".join(one) for one in data.get("matches", [])],
    }


def look(made, text, now, beside=None, stamp=None):
    MyTime.setTime(now)
    found = made.processLine(text) if beside is None else made.processLine(("", stamp, text), beside)
    # What is found is shared with the session: it is copied before the next line changes it.
    return [row(one) for one in found]


def run(case):
    try:
        made = filter_of(case)
    except Exception as error:
        return "%s: %s" % (type(error).__name__, error)
    answers = []
    for line in case["lines"]:
        try:
            answers.append(look(made, *line))
        except Exception as error:
            answers.append("%s: %s" % (type(error).__name__, error))
    return answers


json.dump([run(case) for case in json.load(sys.stdin)], sys.stdout)
