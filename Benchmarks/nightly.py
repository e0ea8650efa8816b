#!/usr/bin/env python3
"""`analyze nightly` night by night against one run over all logs, and killed at random moments.

usage: Benchmarks/nightly.py [--requests 200000] [--nights 14] [--window 7] [--kills 100] [--kill-requests 4000] [--seed 1]
       [--analyze .build/release/analyze]

Generates a log, cuts it into one file a day (in the order of its lines, so repeated ids fall into different files), feeds
one file a night, and prints wall and CPU time of every night, the size of the state, and whether the sums of the state are
those of one run over all files. Then kills a night with SIGKILL at random moments and lets it run again: the state, the
report and the metrics must be those of an undisturbed night. Exit 1 when anything differs.
"""
import argparse, csv, json, os, random, resource, shutil, signal, subprocess, sys, tempfile, time

p = argparse.ArgumentParser()
p.add_argument("--requests", type=int, default=200_000); p.add_argument("--nights", type=int, default=14)
p.add_argument("--window", type=int, default=7); p.add_argument("--kills", type=int, default=100)
p.add_argument("--kill-requests", type=int, default=4000); p.add_argument("--seed", type=int, default=1)
p.add_argument("--analyze", default=".build/release/analyze"); p.add_argument("--embedder", default="hashed")
o = p.parse_args()
failed = []

def split(folder, requests, nights):
    """One file a day; returns [(file, SOURCE_DATE_EPOCH of the night after it)]."""
    whole = f"{folder}/whole.jsonl"
    subprocess.run([o.analyze, "generate", "--requests", str(requests), "--days", str(nights), "--seed", str(o.seed),
                    "--out", whole, "-q"], check=True)
    days = {}
    for line in open(whole):
        days.setdefault(json.loads(line)["ts"][:10], []).append(line)
    os.remove(whole)
    files = []
    for day in sorted(days)[:nights]:
        path = f"{folder}/logs/{day}.jsonl"
        os.makedirs(os.path.dirname(path), exist_ok=True)
        open(path, "w").writelines(days[day])
        epoch = time.mktime(time.strptime(day + " UTC", "%Y-%m-%d %Z")) - time.timezone + 86400 + 7200
        files.append((path, int(epoch)))
    return files

def nightly(folder, logs, epoch, kill_after=None):
    command = [o.analyze, "nightly", *logs, "--out", f"{folder}/out", "--state", f"{folder}/state.sqlite",
               "--window", str(o.window), "--embedder", o.embedder, "--json"]
    environment = dict(os.environ, SOURCE_DATE_EPOCH=str(epoch))
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    if kill_after is not None:
        try: process.wait(kill_after)
        except subprocess.TimeoutExpired: process.send_signal(signal.SIGKILL)
    out = process.communicate()[0]
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {"code": process.returncode, "out": out, "wall": time.monotonic() - start,
            "cpu": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime}

def sums(path, dimension):
    import sqlite3
    with sqlite3.connect(path) as db:
        return db.execute("SELECT date(day * 86400, 'unixepoch'), name.text, requests, cost_picodollars FROM daily "
                          "JOIN name ON name.id = daily.name WHERE dimension = ? ORDER BY 1, 2", (dimension,)).fetchall()

def memory(path):
    """What nights remember of clusters, hit rates and alerts."""
    import sqlite3
    with sqlite3.connect(path) as db:
        return {table: sorted(db.execute(f"SELECT * FROM {table}").fetchall(), key=repr)
                for table in ("cluster", "cluster_key", "cluster_day", "cluster_total", "cache_day", "night", "alert")}

folder = tempfile.mkdtemp()
files = split(folder, o.requests, o.nights)
print("| night | requests | wall s | CPU s | state MB |\n|---|---:|---:|---:|---:|")
for path, epoch in files:
    night = nightly(folder, [path], epoch)
    if night["code"] != 0: sys.exit(f"night of {path} ended with {night['code']}")
    summary = json.loads(night["out"])
    size = sum(os.path.getsize(f"{folder}/state.sqlite{s}") for s in ("", "-wal") if os.path.exists(f"{folder}/state.sqlite{s}"))
    print(f"| {summary['date']} | {summary['new_requests']} | {night['wall']:.2f} | {night['cpu']:.2f} | {size / 1e6:.1f} |", flush=True)
subprocess.run([o.analyze, "run", *[f for f, _ in files], "--only", "ledger", "--no-state", "--out", f"{folder}/one", "-q"], check=True)
one = json.load(open(f"{folder}/one/run.json"))
days = [(r["day"], int(r["requests"]), r["cost_usd"]) for r in csv.DictReader(open(f"{folder}/one/daily.csv"))]
state = sums(f"{folder}/state.sqlite", "total")
dollars = lambda pico: f"{pico // 10**12}.{pico % 10**12:012d}"
same = [(d, n, float(c)) for d, n, c in days] == [(d, n, float(dollars(int(c)))) for d, _, n, c in state]
total = sum(int(c) for *_, c in state)
print(f"\none run: {one['counts']['requests']} requests, {one['counts']['duplicates']} repeated ids, {one['cost_picodollars']} pico-dollars; "
      f"{len(files)} nights: {sum(n for _, _, n, _ in state)} requests, {total} pico-dollars; days {'equal' if same else 'DIFFER'}")
if not same or total != int(one["cost_picodollars"]): failed.append("ledger")

# Kills.
folder = tempfile.mkdtemp()
files = split(folder, o.kill_requests, 3)
(first, epoch1), (second, epoch2), (third, epoch3) = files[:3]
nightly(folder, [first, second], epoch2)
base = f"{folder}/base"; os.makedirs(base)
shutil.copytree(f"{folder}/out", f"{base}/out", symlinks=True)
for s in ("", "-wal", "-shm"):
    if os.path.exists(f"{folder}/state.sqlite{s}"): shutil.copy(f"{folder}/state.sqlite{s}", base)

def fresh():
    shutil.rmtree(f"{folder}/out")
    shutil.copytree(f"{base}/out", f"{folder}/out", symlinks=True)
    for s in ("", "-wal", "-shm"):
        if os.path.exists(f"{folder}/state.sqlite{s}"): os.remove(f"{folder}/state.sqlite{s}")
        if os.path.exists(f"{base}/state.sqlite{s}"): shutil.copy(f"{base}/state.sqlite{s}", folder)

def result():
    latest = os.path.realpath(f"{folder}/out/latest")
    report = {os.path.relpath(f"{at}/{n}", latest): open(f"{at}/{n}", "rb").read() for at, _, names in os.walk(latest) for n in names}
    return [report, memory(f"{folder}/state.sqlite"), os.readlink(f"{folder}/out/latest")] + [sums(f"{folder}/state.sqlite", d) for d in ("total", "model", "user", "tenant", "tag")]

if o.kills:
    fresh()
    undisturbed = nightly(folder, [third], epoch3)
    wanted, whole = result(), undisturbed["wall"]
    rng, equal, killed = random.Random(o.seed), 0, 0
    for _ in range(o.kills):
        fresh()
        killed += nightly(folder, [third], epoch3, kill_after=rng.uniform(0, whole))["code"] == -signal.SIGKILL
        if nightly(folder, [third], epoch3)["code"] == 0 and result() == wanted: equal += 1
    print(f"killed {killed} of {o.kills} nights (one takes {whole:.2f} s); equal to an undisturbed one afterwards: {equal} of {o.kills}")
    if equal != o.kills: failed.append("kills")
sys.exit(f"failed: {', '.join(failed)}" if failed else 0)
