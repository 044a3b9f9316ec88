"""
The installed Fail2ban as an oracle: its server runs in a network of its own with the configuration that comes in, is told
what to do over its socket, and what came of it is printed. JSON in, JSON out:

  { "jails": { NAME: { OPTION: VALUE } },            beside: polling, one log, no action
    "past":  [[JAIL, ADDRESS, COUNT, AGO], ...],     bans of the past, COUNT of them, the last AGO seconds ago
    "steps": [["ask", WORD...] | ["wait", SECONDS] | ["line", TEXT] | ["bans", JAIL] | ["await", JAIL, BANS], ...],
    "unless": file beside which ...}

A line is written with the date of now before it. The answers of the steps "ask" and "bans" come in their order; of "bans"
it is { ADDRESS: SECONDS }.
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
    text = "[DEFAULT]\nbackend = polling\nlogpath = FOLDER/log\nfilter =\nfailregex = ^ from <HOST>$\naction =\nfindtime = 600\n"
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


def start():
    words = ["fail2ban-server", "-c", folder, "-s", f"{folder}/socket", "-p", f"{folder}/pid", "-xf", "start"]
    shell = "ip link set lo up; exec " + " ".join(words)
    server = subprocess.Popen(["unshare", "--net", "sh", "-c", shell], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(200):
        try:
            if ask("ping") == "pong":
                return server
        except OSError:
            pass
        if server.poll() is not None:
            sys.exit(open(f"{folder}/server.log").read())
        time.sleep(0.05)
    sys.exit("the server does not answer")


def remember(jail, address, count, ago):
    database = sqlite3.connect(f"{folder}/bans.sqlite3", timeout=10)
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
    if kind == "line":
        with open(f"{folder}/log", "a") as log:
            log.write(time.strftime("%Y-%m-%d %H:%M:%S ") + words[0] + "\n")
    if kind == "wait":
        time.sleep(words[0])
    if kind == "await":
        for _ in range(100):
            if len(ask("get", words[0], "banip")) >= words[1]:
                break
            time.sleep(0.1)
    return []


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
