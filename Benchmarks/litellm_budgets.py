#!/usr/bin/env python3
"""`analyze evaluate budget-windows` against LiteLLM's own budget code on random durations, time zones, times of day and dates.

usage: Benchmarks/litellm_budgets.py [--analyze .build/release/analyze] [--cases 1000] [--seed 1] [--keep FOLDER]
Sets up a scratch virtual environment with litellm. Half of the dates lie within two days of a change of the zone's
clock. Compares get_next_standardized_reset_time and, for the reset it gives (as a database keeps it: in UTC),
get_budget_window_start. Exits 1 on any difference.
"""
import argparse, json, os, random, subprocess, sys, tempfile, venv

p = argparse.ArgumentParser()
p.add_argument("--analyze", default=".build/release/analyze"); p.add_argument("--cases", type=int, default=1000)
p.add_argument("--seed", type=int, default=1); p.add_argument("--keep"); p.add_argument("--child", help=argparse.SUPPRESS)
o = p.parse_args()

if not o.child:
    scratch = o.keep or tempfile.mkdtemp(prefix="litellm-")
    python = f"{scratch}/venv/bin/python"
    if not os.path.exists(python):
        venv.create(f"{scratch}/venv", with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "litellm==1.109.1", "tzdata"], check=True)
    sys.exit(subprocess.run([python, __file__, *sys.argv[1:], "--child", scratch]).returncode)

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # no fetching when it is imported
from datetime import datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo
from litellm.litellm_core_utils.duration_parser import get_budget_window_start, get_next_standardized_reset_time

zones = ["UTC", "Europe/Berlin", "US/Eastern", "America/Sao_Paulo", "America/Havana", "America/St_Johns", "Asia/Kolkata",
         "Asia/Kathmandu", "Asia/Beirut", "Africa/Casablanca", "Australia/Lord_Howe", "Pacific/Apia", "Pacific/Chatham"]
rng = random.Random(o.seed)
hours = [datetime(2000, 1, 1, tzinfo=timezone.utc) + timedelta(hours=h) for h in range(30 * 8766)]
changes = {}
for name in zones:
    offsets = [t.astimezone(ZoneInfo(name)).utcoffset() for t in hours]
    changes[name] = [t for t, a, b in zip(hours[1:], offsets, offsets[1:]) if a != b]

def duration():
    if rng.random() < .3: return rng.choice(["1d", "7d", "1w", "30d", "1mo", "hourly", "daily", "weekly", "monthly"])
    return f"{rng.choice([1, 2, 5, 6, 7, 12, 15, 24, 30, 45, 90, rng.randint(1, 200)])}{rng.choice('smhdw')}"

cases = []
for _ in range(o.cases):
    zone = rng.choice(zones)
    if changes[zone] and rng.random() < .5: now = rng.choice(changes[zone]) + timedelta(seconds=rng.randint(-172800, 172800))
    else: now = rng.choice(hours) + timedelta(microseconds=rng.randint(0, 3_599_999_999))
    cases.append((duration(), zone, now, time(0, 0) if rng.random() < .6 else time(rng.randint(0, 23), rng.randint(0, 59))))

utc = lambda t: t.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")
lines = [json.dumps(dict(duration=d, timeZone=z, time=utc(now), resetTime=at.strftime("%H:%M"))) for d, z, now, at in cases]
run = subprocess.run([o.analyze, "evaluate", "budget-windows"], input="\n".join(lines), capture_output=True, text=True, check=True)
ours = [json.loads(line) for line in run.stdout.splitlines()]
different = 0
for (d, z, now, at), line, mine in zip(cases, lines, ours, strict=True):
    reset = get_next_standardized_reset_time(d, now, z, at).astimezone(timezone.utc)
    theirs = dict(reset=utc(reset), start=utc(get_budget_window_start(d, reset.astimezone(ZoneInfo(z)))))
    if mine != theirs:
        different += 1
        print(line, "litellm", theirs, "analyze", mine)
near = sum(any(abs(now - c) <= timedelta(days=2) for c in changes[z]) for d, z, now, at in cases)
print(f"{len(cases)} cases ({near} within two days of a clock change), {different} different")
sys.exit(1 if different else 0)
