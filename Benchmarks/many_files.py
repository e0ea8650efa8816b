#!/usr/bin/env python3
"""Wall time of `analyze run --only ledger` on a directory tree of one-line files, beside one file with the same lines.

usage: Benchmarks/many_files.py [--analyze .build/release/analyze] [--files 100000] [--folder FOLDER]
"""
import argparse, json, os, subprocess, sys, tempfile, time

p = argparse.ArgumentParser()
p.add_argument("--analyze", default=".build/release/analyze"); p.add_argument("--files", type=int, default=100_000); p.add_argument("--folder")
o = p.parse_args()
scratch = o.folder or tempfile.mkdtemp(prefix="many-")
tree, single = f"{scratch}/tree", f"{scratch}/one.jsonl"

def line(n):
    return json.dumps(dict(schema="traffic/1", id=str(n), ts=1767600000 + n, model="gpt-4o-mini", user=f"u{n % 50}",
                           messages=[dict(role="user", content=f"question {n}")], answer="yes", usage=dict(input=20 + n % 7, output=5))) + "\n"

if not os.path.exists(single):
    for n in range(o.files):
        if n % 500 == 0: os.makedirs(f"{tree}/{n // 5000:03}/{n // 500:04}", exist_ok=True)
        with open(f"{tree}/{n // 5000:03}/{n // 500:04}/{n:06}.json", "w") as file: file.write(line(n))
    with open(single, "w") as file: file.writelines(map(line, range(o.files)))

seconds, bills = {}, set()
for name, path in ("tree", tree), ("one file", single):
    for _ in range(3):
        start = time.monotonic()
        run = subprocess.run([o.analyze, "run", path, "--only", "ledger", "--no-state", "--json", "--timings", "--out", f"{scratch}/report"], capture_output=True, text=True)
        seconds.setdefault(name, []).append(time.monotonic() - start)
        if run.returncode: sys.exit(run.stderr)
    summary = json.loads(run.stdout)
    print(f"{name}: {min(seconds[name]):.2f} s wall, best of 3\n{run.stderr}")
    bills.add((summary["requests"], summary["cost_picodollars"]))
print("same bill" if len(bills) == 1 else f"different bills: {bills}")
sys.exit(len(bills) - 1)
