"""
The installed Fail2ban as an oracle: its server runs in a network of its own with the configuration that comes in, is told
what to do over its socket, and what came of it is printed. JSON in, JSON out:

  { "jails": { NAME: { OPTION: VALUE } },            beside: polling, one log, no action
    "past":  [[JAIL, ADDRESS, COUNT, AGO], ...],     bans of the past, COUNT of them, the last AGO seconds ago
    "now":   SECONDS,                                what its clock says, until a step "now"; absent: the time
    "steps": [["ask", WORD...] | ["wait", SECONDS] | ["line", TEXT] | ["lines", [[SECONDS, TEXT], ...]] | ["now", SECONDS]
              | ["bans", JAIL] | ["await", JAIL, BANS] | ["awaitFailures", JAIL, FAILURES] | ["kept", JAIL], ...] }

A line is written with the date of now, or of its own seconds, before it. The answers of the steps "ask", "bans" and "kept"
come in their order; of "bans" it is { ADDRESS: SECONDS }, of "kept" what the database has: { ADDRESS: [FAILURES, LINES] }.
"""
import json, os, pickle, re, shutil, socket, sqlite3, subprocess, sys, tempfile, time

END = b"<F2B_END_COMMAND>"
given = json.load(sys.stdin)
folder = tempfile.mkdtemp(prefix="rampart-oracle-")


def put(name, text):
    with open(f"{folder}/{name}", "w") as file:
        file.write(text)


def configure():
    for name in ("filter.d", "action.d"):
        os.mkdir(f"{folder}/{name}")
    put("log", "")
    put("fail2ban.conf", f"""[Definition]
loglevel = {given.get("loglevel", "ERROR")}
logtarget = {folder}/server.log
syslogsocket = auto
socket = {folder}/socket
pidfile = {folder}/pid
dbfile = {folder}/bans.sqlite3
dbpurgeage = 1d
dbmaxmatches = 10
""")
    text = "[DEFAULT]\nbackend = polling\nlogpath = FOLDER/log\nfilter =\nfailregex = ^ from <HOST>(?: .*)?$\naction =\nfindtime = 600\n"
    for name, options in given["jails"].items():
        text += f"[{name}]\nenabled = true\n" + "".join(f"{key} = {value}\n" for key, value in options.items())
    put("jail.conf", text.replace("FOLDER", folder))


def ask(*words):
    with socket.socket(socket.AF_UNIX) as channel:
        channel.settimeout(60)
        channel.connect(f"{folder}/socket")
        channel.sendall(pickle.dumps(list(words), 2) + END)
        answer = b""
        while not answer.endswith(END):
            more = channel.recv(65536)
            if not more:
                break
            answer += more
    code, value = pickle.loads(answer[: -len(END)])
    return value if code == 0 else {"error": str(value)}


CLOCK = """
import time
def now():
    with open("FOLDER/now") as file: return float(file.read())
local, universal = time.localtime, time.gmtime
time.time = now
time.localtime = lambda at=None: local(now() if at is None else at)
time.gmtime = lambda at=None: universal(now() if at is None else at)
"""


def set_now(seconds):
    put("next", str(float(seconds)))
    os.rename(f"{folder}/next", f"{folder}/now")


def start():
    environment = {"PATH": os.environ["PATH"], "TZ": "UTC"}
    if "now" in given:
        set_now(given["now"])
        # Python itself reads this file before any program of it begins.
        put("sitecustomize.py", CLOCK.replace("FOLDER", folder))
        environment["PYTHONPATH"] = folder
    words = ["fail2ban-server", "-c", folder, "-s", f"{folder}/socket", "-p", f"{folder}/pid", "-xf", "start"]
    shell = "ip link set lo up; exec " + " ".join(words)
    server = subprocess.Popen(["unshare", "--net", "sh", "-c", shell], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(200):
        try:
            # It answers before it has its jails.
            if not any(isinstance(ask("status", name), dict) for name in given["jails"]):
                return server
        except OSError:
            pass
        if server.poll() is not None:
            sys.exit(open(f"{folder}/server.log").read())
        time.sleep(0.05)
    sys.exit("the server does not answer")


def remember(jail, address, count, ago):
    database = sqlite3.connect(f"{folder}/bans.sqlite3", timeout=10)
    # It answers before it has made its tables.
    while not database.execute("SELECT 1 FROM sqlite_master WHERE name = 'bips'").fetchall():
        time.sleep(0.05)
    row = (jail, address, int(time.time()) - ago, 60, count, json.dumps({"matches": [], "failures": 1}))
    for table in ("bans", "bips"):
        database.execute(f"INSERT INTO {table}(jail, ip, timeofban, bantime, bancount, data) VALUES (?, ?, ?, ?, ?, ?)", row)
    database.commit()
    database.close()


def bans(jail):
    rows = [re.match(r"(\S+) \t.* \+ (-?\d+) = ", row) for row in ask("get", jail, "banip", "--with-time")]
    return {row[1]: int(row[2]) for row in rows}


def step(kind, *words):
    if kind == "ask":
        return [ask(*words)]
    if kind == "bans":
        return [bans(words[0])]
    if kind == "kept":
        return [kept(words[0])]
    if kind == "line":
        write([[time.time(), words[0]]])
    if kind == "lines":
        write(words[0])
    if kind == "now":
        set_now(words[0])
    if kind == "wait":
        time.sleep(words[0])
    if kind == "await":
        until(lambda: len(ask("get", words[0], "banip")) >= words[1])
    if kind == "awaitFailures":
        until(lambda: ask("status", words[0])[0][1][1][1] >= words[1])
    return []


def write(lines):
    with open(f"{folder}/log", "a") as log:
        for at, text in lines:
            log.write(time.strftime("%Y-%m-%d %H:%M:%S ", time.gmtime(at)) + text + "\n")


def until(seen):
    for _ in range(200):
        if seen():
            return
        time.sleep(0.05)


def kept(jail):
    database = sqlite3.connect(f"{folder}/bans.sqlite3", timeout=10)
    rows = database.execute("SELECT ip, data FROM bans WHERE jail = ?", (jail,)).fetchall()
    database.close()
    told = {ip: json.loads(data) for ip, data in rows}
    return {ip: [data["failures"], ["".join(line) for line in data["matches"]]] for ip, data in told.items()}


configure()
server = start()
try:
    for row in given.get("past", []):
        remember(*row)
    print(json.dumps([answer for one in given["steps"] for answer in step(*one)]))
finally:
    server.terminate()
    try:
        server.wait(10)
    except subprocess.TimeoutExpired:
        server.kill()
    shutil.rmtree(folder, ignore_errors=True)
