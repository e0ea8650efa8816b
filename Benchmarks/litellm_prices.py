#!/usr/bin/env python3
"""`analyze prices --cost-lines` against LiteLLM's own cost_per_token: every chat model of its table, six shapes of usage.

usage: Benchmarks/litellm_prices.py [--analyze .build/release/analyze] [--keep FOLDER] [--names N]
Sets up a scratch virtual environment with litellm (skipped with a message where the registry cannot be reached) and prices
LiteLLM's own table with both. Two costs are equal within 1e-12 USD. Every difference belongs to a class of reasons that the
script checks on the row itself; exits 1 when one belongs to none.
"""
import argparse, collections, json, os, subprocess, sys, tempfile, venv

p = argparse.ArgumentParser()
p.add_argument("--analyze", default=".build/release/analyze"); p.add_argument("--keep")
p.add_argument("--names", type=int, default=6, help="names printed a class"); p.add_argument("--child", help=argparse.SUPPRESS)
o = p.parse_args()

if not o.child:
    scratch = o.keep or tempfile.mkdtemp(prefix="litellm-")
    python = f"{scratch}/venv/bin/python"
    if not os.path.exists(python): venv.create(f"{scratch}/venv", with_pip=True)
    if subprocess.run([python, "-c", "import litellm"], capture_output=True).returncode:
        if subprocess.run([python, "-m", "pip", "install", "-q", "litellm==1.109.1"]).returncode:
            print("SKIPPED: litellm cannot be installed"); sys.exit(0)
    sys.exit(subprocess.run([python, __file__, *sys.argv[1:], "--child", scratch]).returncode)

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # no fetching when it is imported
import socket
def refuse(*_): raise OSError("this comparison is offline")
socket.getaddrinfo = refuse  # some sellers' models make litellm ask for a login
from importlib.metadata import version
import logging, litellm
logging.disable(logging.CRITICAL)
# Some sellers charge less at night, which analyze does not read: all calls are made on a Wednesday morning.
from datetime import datetime, timezone
import litellm.litellm_core_utils.llm_cost_calc.utils as cost_utils
cost_utils.current_billing_time = lambda: datetime(2026, 11, 25, 8, tzinfo=timezone.utc)
from litellm.types.utils import CacheCreationTokenDetails, CompletionTokensDetailsWrapper, PromptTokensDetailsWrapper, Usage
litellm.suppress_debug_info = True
table_path = os.path.join(os.path.dirname(litellm.__file__), "model_prices_and_context_window_backup.json")
table = json.load(open(table_path))
chat = sorted(name for name, row in table.items() if row.get("mode") == "chat" and name != "sample_spec")

# Shape: disjoint tokens (input, read, write 5 min, write 1 h, output) and whether it is a batch.
def threshold(row):
    """Just beyond the longest threshold of the row, else of a million tokens."""
    found = [int(k.split("_above_")[-1].split("k_tokens")[0]) * 1000 for k in row if "k_tokens" in k and "_above_" in k]
    found += [int(t["range"][0]) for t in row.get("tiered_pricing") or [] if t.get("range")]
    return max(found, default=1_000_000)

shapes = {
    "plain": lambda row: (1000, 0, 0, 0, 500, False),
    "cached read": lambda row: (200, 800, 0, 0, 500, False),
    "cache write": lambda row: (200, 0, 800, 0, 500, False),
    "above the threshold": lambda row: (threshold(row) + 1, 0, 0, 0, 500, False),
    "batch": lambda row: (1000, 0, 0, 0, 500, True),
    "1 h write": lambda row: (200, 0, 0, 800, 500, False),
}

def theirs(name, row, shape):
    given, read, w5, w1, output, batch = shape
    details = PromptTokensDetailsWrapper(
        cached_tokens=read or None, cache_creation_tokens=w5 + w1 or None,
        cache_creation_token_details=CacheCreationTokenDetails(ephemeral_5m_input_tokens=w5, ephemeral_1h_input_tokens=w1) if w1 else None)
    prompt = given + read + w5 + w1
    usage = Usage(prompt_tokens=prompt, completion_tokens=output, total_tokens=prompt + output, prompt_tokens_details=details)
    try:
        return sum(litellm.cost_per_token(
            model=name, custom_llm_provider=row.get("litellm_provider"), usage_object=usage, prompt_tokens=prompt,
            completion_tokens=output, call_type="retrieve_batch" if batch else "completion"))
    except Exception as error:
        return f"{type(error).__name__}: {error}".splitlines()[0]

cases, lines = [], []
for name in chat:
    for kind, make in shapes.items():
        shape = make(table[name])
        cases.append((name, kind, shape))
        given, read, w5, w1, output, batch = shape
        lines.append(json.dumps(dict(
            model=name, provider=table[name].get("litellm_provider"), service_tier="batch" if batch else "standard",
            usage=dict(input=given, cache_read=read, cache_write_5m=w5, cache_write_1h=w1, output=output))))
run = subprocess.run([o.analyze, "prices", "--prices", table_path, "--cost-lines", "-"], input="\n".join(lines),
                     capture_output=True, text=True)
if run.returncode: sys.exit(run.stderr)
ours = [json.loads(line) for line in run.stdout.splitlines()]

def reason(name, kind, shape, mine, other):
    """Why two costs differ; None when nothing in the row says so."""
    row = table[name]
    tiers = row.get("tiered_pricing") or []
    rates = [k for r in [row, *tiers] for k in r if k.startswith(("input_cost_per_token", "output_cost_per_token"))
             and not k.endswith(("_priority", "_flex", "_batches"))]
    if isinstance(other, str): return "litellm raises an error: " + other.split(":")[0]
    if "cost_usd" not in mine:
        if not rates: return "no price per token in the row: litellm says $0 or takes another unit, analyze says unpriced"
        if "tokens" in mine["problem"] and other >= 0: return "no rate for a class of token in use: litellm charges it $0, analyze says unpriced"
        if all(not row.get(k) for k in rates): return "token rates of 0 beside a price in another unit: litellm says $0, analyze says unpriced"
        return None
    own = float(mine["cost_usd"])
    if kind == "batch" and not {"input_cost_per_token_batches", "output_cost_per_token_batches"} & row.keys():
        if abs(other - own / 2) <= 1e-12: return "no batch price in the row: litellm assumes half, analyze charges the standard price and says so"
        if other == 0: return "no batch price in the row: litellm says $0"
    one_sided = ("input_cost_per_token_batches" in row) != ("output_cost_per_token_batches" in row)
    if kind == "batch" and one_sided and other < own: return "a batch price on one side only: litellm assumes half for the other, analyze charges it the standard price and says so"
    hour, five = row.get("cache_creation_input_token_cost_above_1hr"), row.get("cache_creation_input_token_cost")
    if kind == "1 h write" and "claude" in name.lower() and hour is None and five and abs(five - 1.25 * row["input_cost_per_token"]) < 1e-15 and own > other:
        return "no rate for an hour in a Claude row: litellm charges that of five minutes, analyze twice the input (Anthropic's rule)"
    if mine["price_row"].endswith("/" + name): return "two rows for one name: analyze takes the one that bears the seller's name, litellm the other"
    return None

equal, groups = collections.Counter(), collections.defaultdict(list)
for (name, kind, shape), mine in zip(cases, ours, strict=True):
    other = theirs(name, table[name], shape)
    own = float(mine["cost_usd"]) if "cost_usd" in mine else None
    if own is not None and not isinstance(other, str) and abs(own - other) <= 1e-12: equal[kind] += 1
    else: groups[reason(name, kind, shape, mine, other)].append((name, kind, own if own is not None else mine["problem"], other))

print(f"litellm {version('litellm')}, {len(chat)} chat models x {len(shapes)} shapes")
def line(title, same, all): print(f"  {title:20} {same:5} of {all} equal, {100 * same / all:.2f} %")
for kind in shapes: line(kind, equal[kind], len(chat))
line("together", sum(equal.values()), len(cases))
missing = sum(len(found) for why, found in groups.items() if why and (why.startswith("no ") or why.startswith("token rates") or "one side" in why))
line("where the row prices", sum(equal.values()), len(cases) - missing)
for why, found in sorted(groups.items(), key=lambda item: -len(item[1])):
    names = {name for name, *_ in found}
    print(f"{len(found)} differ, {len(names)} models: {why}")
    for name, kind, own, other in found[:o.names]: print(f"    {name} ({kind}): analyze {own}, litellm {other}")
sys.exit(1 if None in groups else 0)
