#!/usr/bin/env python3
"""Token ids, vectors and speed of `analyze embed` against the Python packages the models come from, in one run.

usage: Benchmarks/embedders.py [--model DIR] [--texts FILE.jsonl] [--runs 5] [--analyze .build/release/analyze]
       Benchmarks/embedders.py --tokens-only --model DIR     for a folder whose model is not an average of token vectors

The reference is `tokenizers` on one thread and numpy, doing what `wordllama` and `model2vec` do. Makes its own virtual
environment. Prints the share of identical token lists, the largest |1 - cosine|, and the median ratio of CPU times over
alternating runs. Without --texts, makes texts up: questions, code, eight scripts, emoji, marks and control characters.
Exit 1 when a token list differs, a cosine is off by more than 1e-3, or the ratio is below 3.
"""
import argparse, json, os, random, statistics, struct, subprocess, sys, tempfile, time, venv

os.environ.update(TOKENIZERS_PARALLELISM="false", RAYON_NUM_THREADS="1", OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
home = os.path.expanduser("~/.local/share/llm-cost-analyzer/embeddings")
p = argparse.ArgumentParser()
p.add_argument("--model", default=f"{os.environ.get('ANALYZE_EMBEDDINGS', home)}/wordllama")
p.add_argument("--texts")
p.add_argument("--runs", type=int, default=5)
p.add_argument("--analyze", default=".build/release/analyze")
p.add_argument("--venv", default=os.path.join(tempfile.gettempdir(), "analyze-embedders-venv"))
p.add_argument("--tokens-only", action="store_true")
o = p.parse_args()

try:
    import numpy as np, tokenizers
except ImportError:
    python = f"{o.venv}/bin/python"
    if sys.executable == python: raise
    if not os.path.exists(python): venv.create(o.venv, with_pip=True)
    subprocess.run([python, "-m", "pip", "-q", "install", "numpy", "tokenizers"], check=True)
    os.execv(python, [python, *sys.argv])

def made_up(count, seed=7):
    """Texts of many kinds, the same for the same seed."""
    r = random.Random(seed)
    kinds = [(0x20, 0x7F)] * 3 + [
        (0, 0x20), (0xA0, 0x250), (0x300, 0x370), (0x370, 0x530), (0x590, 0x700), (0x900, 0xE00), (0xE00, 0x1000),
        (0x1E00, 0x2070), (0x3000, 0x3100), (0x4E00, 0xA000), (0xAC00, 0xD7A4), (0xF900, 0x10000), (0x1F300, 0x1FA00)]
    words = """how do i reset my password for the billing portal? what is the refund policy, please explain step by step
      def main(): return {"a": [1, 2.5e-3]} https://example.org/a?b=c <s> </s> [SEP] [MASK] Straße ÄÖÜ naïve café Ångström
      Привет Сколько стоит подписка? 你好世界 価格はいくらですか 한국어 مرحبا السَّلامُ नमस्ते क़ीमत สวัสดี ราคาเท่าไหร่ שָׁלוֹם 👩‍👩‍👧‍👦 👍🏽 🇩🇪
      ▁ ▁▁ antidisestablishmentarianism 1234567890 $99.99 İstanbul ΣΊΣΥΦΟΣ ﷺ ﬁ ½""".split()
    texts = ["", " ", "\n", "a" * 100, "a" * 101, "x" * 5000]
    while len(texts) < count:
        if r.random() < 0.6:
            texts.append(r.choice([" ", " ", "  ", "\n", "\u00a0"]).join(r.choice(words) for _ in range(r.randint(1, 40))))
        else:
            ranges = r.sample(kinds, r.randint(1, 3))
            texts.append("".join(" " if r.random() < 0.15 else chr(r.randrange(*r.choice(ranges))) for _ in range(r.randint(1, 150))))
    return texts

class Model:
    """The folder, as `wordllama` (tensor embedding.weight) or `model2vec` (tensor embeddings) read it."""
    def __init__(self, folder):
        self.tokenizer = tokenizers.Tokenizer.from_file(f"{folder}/tokenizer.json")
        self.tokenizer.no_truncation(); self.tokenizer.no_padding()
        raw = open(f"{folder}/model.safetensors", "rb").read()
        header = json.loads(raw[8:8 + struct.unpack("<Q", raw[:8])[0]])
        start = 8 + struct.unpack("<Q", raw[:8])[0]
        types = {"F16": np.float16, "F32": np.float32, "I32": np.int32, "I64": np.int64}
        def tensor(name):
            if name not in header: return None
            entry = header[name]
            return np.frombuffer(raw, types[entry["dtype"]], offset=start + entry["data_offsets"][0], count=int(np.prod(entry["shape"]))).reshape(entry["shape"])
        self.is_model2vec = "embeddings" in header
        if o.tokens_only: return
        self.table = tensor("embeddings" if self.is_model2vec else "embedding.weight").astype(np.float32)
        self.weights, self.mapping = tensor("weights"), tensor("mapping")
        if self.is_model2vec:
            config = json.load(open(f"{folder}/config.json"))
            self.limit = config.get("max_length", 512)
            self.median = int(np.median([len(t) for t in self.tokenizer.get_vocab()]))
            self.unknown = self.tokenizer.token_to_id(self.tokenizer.model.unk_token)
            if self.limit: self.tokenizer.enable_truncation(self.limit)
        else:
            self.tokenizer.enable_padding()

    def ids(self, texts): return [e.ids for e in self.tokenizer.encode_batch(texts, add_special_tokens=False)]

    def embed(self, texts):
        return self.embed_model2vec(texts) if self.is_model2vec else self.embed_wordllama(texts)

    def embed_wordllama(self, texts, batch=64):
        out = np.empty((len(texts), self.table.shape[1]), np.float32)
        for i in range(0, len(texts), batch):
            encoded = self.tokenizer.encode_batch(texts[i:i + batch], add_special_tokens=False)
            ids = np.array([e.ids for e in encoded], np.int32)
            mask = np.array([e.attention_mask for e in encoded], np.float32)
            np.clip(ids, 0, len(self.table) - 1, out=ids)
            pooled = np.sum(self.table[ids] * mask[..., None], axis=1, dtype=np.float32) / np.maximum(mask.sum(axis=1, keepdims=True), 1)
            with np.errstate(invalid="ignore"): out[i:i + batch] = pooled / np.linalg.norm(pooled, axis=1, keepdims=True)
        return np.nan_to_num(out)

    def embed_model2vec(self, texts, batch=1024):
        out = np.zeros((len(texts), self.table.shape[1]), np.float32)
        for i in range(0, len(texts), batch):
            part = [t[:self.limit * self.median] if self.limit else t for t in texts[i:i + batch]]
            for j, ids in enumerate(self.ids(part)):
                ids = [x for x in ids if x != self.unknown]
                if not ids: continue
                rows = self.table[ids if self.mapping is None else self.mapping[ids]]
                if self.weights is not None: rows = rows * self.weights[ids][:, None]
                out[i + j] = rows.mean(axis=0)
        return out / (np.linalg.norm(out, axis=1, keepdims=True) + 1e-32)

with tempfile.TemporaryDirectory() as scratch:
    texts = [json.loads(line)["text"] for line in open(o.texts)] if o.texts else made_up(1000)
    def analyze(some, *options):
        with open(f"{scratch}/texts.jsonl", "w") as f:
            for t in some: f.write(json.dumps({"text": t}) + "\n")
        command = [o.analyze, "embed", f"{scratch}/texts.jsonl", "--embedder", o.model, "--threads", "1", *options]
        lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
        return lines[:-1], json.loads(lines[-1])
    model = Model(o.model)
    plain = tokenizers.Tokenizer.from_file(f"{o.model}/tokenizer.json"); plain.no_truncation(); plain.no_padding()
    ours = [json.loads(line) for line in analyze(texts, "--tokens")[0]]
    same = sum(a == b.ids for a, b in zip(ours, plain.encode_batch(texts, add_special_tokens=False), strict=True))
    print(f"token lists   {same} of {len(texts)} identical ({100 * same / len(texts):.2f} %)")
    ok = same == len(texts)
    if not o.tokens_only:
        _, summary = analyze(texts, "--out", f"{scratch}/v.f32")
        vectors = np.fromfile(f"{scratch}/v.f32", np.float32).reshape(len(texts), -1)
        reference = model.embed(texts)
        empty = np.linalg.norm(reference, axis=1) == 0
        cosine = np.sum(vectors.astype(np.float64) * reference, axis=1)[~empty] / np.linalg.norm(reference.astype(np.float64), axis=1)[~empty]
        print(f"vectors       max |1 - cosine| {np.abs(1 - cosine).max():.2e}, max |difference of a value| {np.abs(vectors - reference).max():.2e}; {empty.sum()} texts without tokens, {'all zero' if not vectors[empty].any() else 'NOT ZERO'}  ({summary['identity']})")
        ok = ok and np.abs(1 - cosine).max() <= 1e-3 and not vectors[empty].any()
    many = (texts * (20000 // len(texts) + 1))[:20000]
    def timed(work):
        start = time.process_time(); work(); return time.process_time() - start
    pairs = []
    for _ in range(o.runs):
        mine = analyze(many, *(["--tokens"] if o.tokens_only else []))[1]["cpu_seconds"]
        theirs = timed(lambda: plain.encode_batch(many, add_special_tokens=False) if o.tokens_only else model.embed(many))
        pairs.append((mine, theirs))
    ratios = [theirs / mine for mine, theirs in pairs]
    print(f"speed         {len(many)} texts, one core, CPU: ours {statistics.median(a for a, _ in pairs):.3f} s, Python {statistics.median(b for _, b in pairs):.3f} s, ratio {statistics.median(ratios):.1f} ({min(ratios):.1f} … {max(ratios):.1f} in {o.runs} pairs)")
    sys.exit(0 if ok and statistics.median(ratios) >= 3 else 1)
