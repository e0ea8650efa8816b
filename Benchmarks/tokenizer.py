#!/usr/bin/env python3
"""Token counts and speed of `analyze tokens` against tiktoken, both encodings, on one core.

usage: Benchmarks/tokenizer.py [--texts FILE.jsonl] [--strings 10000] [--runs 5] [--seed 5] [--analyze .build/release/analyze]

Needs the rank files (`analyze setup tokenizers`), which it lends to tiktoken; makes its own virtual environment (--venv names one
to use again). Compares counts of made-up strings in many scripts, code and stray characters, then the CPU seconds of counting
them, and those of FILE's JSON strings if given: the median ratio over alternating runs. Exit 1 when a count differs or tiktoken
is quicker.
"""
import argparse, json, os, random, shutil, statistics, subprocess, sys, tempfile, time, venv

home = os.environ.get("ANALYZE_DATA", os.path.join(os.environ.get("XDG_DATA_HOME", os.path.expanduser("~/.local/share")), "llm-cost-analyzer"))
p = argparse.ArgumentParser()
p.add_argument("--texts", help="JSON strings to time as well, one a line")
p.add_argument("--strings", type=int, default=10000)
p.add_argument("--runs", type=int, default=5)
p.add_argument("--seed", type=int, default=5)
p.add_argument("--analyze", default=".build/release/analyze")
p.add_argument("--ranks", default=os.path.join(home, "tokenizers"), help="folder of the rank files")
p.add_argument("--venv", default=os.path.join(tempfile.gettempdir(), "analyze-tokenizer-venv"))
o = p.parse_args()

# tiktoken looks for its files by the SHA-1 of their addresses.
names = {"o200k_base": "fb374d419588a4632f3f557e76b4b70aebbca790", "cl100k_base": "9b5ad71b2ce5302211f9c61530b329a4922fc6a4"}
try:
    import tiktoken
except ImportError:
    python = f"{o.venv}/bin/python"
    if sys.prefix == os.path.realpath(o.venv): raise
    if not os.path.exists(python): venv.create(o.venv, with_pip=True)
    if subprocess.run([python, "-c", "import tiktoken"], stderr=subprocess.DEVNULL).returncode:
        subprocess.run([python, "-m", "pip", "-q", "install", "tiktoken==0.14.0"], check=True)
    os.execv(python, [python, *sys.argv])

blocks = [(0x20, 0x7e), (0xa0, 0x24f), (0x250, 0x2ff), (0x300, 0x36f), (0x370, 0x52f), (0x590, 0x6ff), (0x900, 0x97f), (0xe00, 0xe7f), (0x1100, 0x11ff),
          (0x1e00, 0x1fff), (0x2000, 0x218f), (0x2190, 0x2bff), (0x3000, 0x30ff), (0x3400, 0x4dbf), (0x4e00, 0x9fff), (0xac00, 0xd7a3), (0xf900, 0xfdff),
          (0xfe00, 0xffef), (0x10000, 0x107ff), (0x1d400, 0x1d7ff), (0x1f100, 0x1faff), (0x20000, 0x2ffff), (0xe0000, 0xe01ef)]
words = """the The THE it's IT'S don't We'll you're foo_bar fooBar HTTPServer naïve Straße ǅungla 'ſ 'S I'd 1234567 3.14 ½ x² <div> </p> // /* */ == ...
  --- ''' \"\"\" {} [] () hello world привет Мир 你好 世界 こんにちは مرحبا שלום हिन्दी ไทย 한국어 👩‍💻 🇩🇪 ❤️ é ǆ <|endoftext|>""".split()
blanks = [" ", " ", "  ", "   ", "\n", "\n\n", "\r\n", "\t", " \n", " \n ", "\u00a0", "\u2003", "\u2028", "\x85", "\x0b", "\n    ", "\n\t\t", " \r"]
code = ["def f(x):", "return x + 1", "if (a && b) {", "}", "for (int i = 0; i < n; ++i)", 'let s = "äöü"; // note', "SELECT * FROM t WHERE a='b';", "#include <stdio.h>"]

def scalar(r, low, high):
    c = r.randint(low, high)
    return "x" if 0xd800 <= c < 0xe000 else chr(c)

def made_up(r):
    kind = r.randrange(5)
    if kind == 0: return "".join(r.choice(words) + r.choice(blanks) * r.randint(0, 1) for _ in range(r.randint(0, 40)))
    if kind == 1:
        some = r.sample(blocks, r.randint(1, 4))
        return "".join(scalar(r, *r.choice(some)) + (r.choice(blanks) if r.random() < .15 else "") for _ in range(r.randint(1, 60)))
    if kind == 2: return "".join(r.choice("abcXYZ'’sStTrReEvVlLdDmM09 \n\r\t/.-_é\u0302ªʰǅ٣Ⅷ") for _ in range(r.randint(1, 30)))
    if kind == 3: return "".join(scalar(r, 1, 0x10ffff) for _ in range(r.randint(1, 40)))
    return "".join("    " * r.randint(0, 4) + r.choice(code) + r.choice(["\n", "\r\n", "\n\n"]) for _ in range(r.randint(1, 20)))

def ours(path, encoding):
    """Counts, and the CPU seconds of counting."""
    done = subprocess.run([o.analyze, "tokens", path, "--lines", "--encoding", encoding], capture_output=True, text=True, check=True)
    return [int(line) for line in done.stdout.split()], float(done.stderr.split()[-2])

r = random.Random(o.seed)
sets = {"made-up strings": [made_up(r) for _ in range(o.strings)]}
if o.texts: sets[o.texts] = [json.loads(line) for line in open(o.texts, encoding="utf-8") if line.strip()]
failed = False
with tempfile.TemporaryDirectory() as scratch:
    os.environ["TIKTOKEN_CACHE_DIR"] = scratch
    for encoding, name in names.items(): shutil.copy(f"{o.ranks}/{encoding}.tiktoken", f"{scratch}/{name}")
    for label, texts in sets.items():
        path = f"{scratch}/texts.jsonl"
        with open(path, "w", encoding="utf-8") as f: f.writelines(json.dumps(t) + "\n" for t in texts)
        for encoding in names:
            theirs = tiktoken.get_encoding(encoding)
            theirs.encode_ordinary("warm up")
            ratios = []
            for _ in range(o.runs):
                start = time.process_time()
                expected = [len(theirs.encode_ordinary(t)) for t in texts]
                python = time.process_time() - start
                counts, seconds = ours(path, encoding)
                ratios.append(python / seconds)
            wrong = [t for t, a, b in zip(texts, expected, counts) if a != b]
            size = sum(len(t.encode()) for t in texts)
            print(f"{label}, {encoding}: {len(texts)} texts, {sum(expected)} tokens, {len(wrong)} counts differ; "
                  f"{statistics.median(ratios):.2f} times tiktoken's throughput ({size / seconds / 1e6:.0f} MB/s)")
            for t in wrong[:3]: print("  ", repr(t))
            failed |= bool(wrong) or statistics.median(ratios) < 1 or len(counts) != len(texts)
sys.exit(failed)
