"""Asks the installed Fail2ban where it sees a date. Reads a JSON list of cases from standard input, each
{"pattern": str|null, "zone": str|null, "now": seconds,
"step": seconds between the lines, "lines": [str]}; writes a list of lists:
null, or [epoch seconds, start, end, name of the template] for each line. A case that raises gives a string."""
import datetime
import json
import logging
import sys
import time

logging.disable(logging.CRITICAL)
cases = json.load(sys.stdin)


class Then(datetime.datetime):
    """The years that a date may have are fixed by the clock when the program starts."""

    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(cases[0]["now"], tz)


real = datetime.datetime
datetime.datetime = Then
from fail2ban.server.mytime import MyTime  # noqa: E402
from fail2ban.server import strptime  # noqa: E402, F401

datetime.datetime = real
from fail2ban.server.filter import Filter  # noqa: E402

# What is old is told by the real clock there: here it is the case's.
MyTime.setTime(cases[0]["now"])
time.time = lambda: MyTime.time()


def detector(case):
    source = Filter(None)
    if case.get("zone"):
        source.setLogTimeZone(case["zone"])
    if case.get("pattern") is not None:
        source.setDatePattern(case["pattern"])
    return source.dateDetector


def look(found, line):
    match = found.matchTime(line)
    if not match or not match[0]:
        return None
    # An empty hit means "now" to the filter, which never asks for its value.
    if match[0].start(1) == match[0].end(1):
        return [MyTime.time(), match[0].start(1), match[0].end(1), match[1].name]
    # A hit whose value cannot be read has a span all the same; the program cuts nothing then.
    time = found.getTime(line, match)
    if time is None:
        return ["unread", match[0].start(1), match[0].end(1), match[1].name]
    return [time[0], match[0].start(1), match[0].end(1), match[1].name]


def run(case):
    found = detector(case)
    rows = []
    for number, line in enumerate(case["lines"]):
        MyTime.setTime(case["now"] + number * case["step"])
        try:
            rows.append(look(found, line) if found else None)
        except Exception as error:
            rows.append("raised %r" % error)
    return rows


answers = []
for case in cases:
    try:
        answers.append(run(case))
    except Exception as error:
        answers.append("refused: %s" % error)
json.dump(answers, sys.stdout)
