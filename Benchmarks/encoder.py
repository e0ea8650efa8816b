#!/usr/bin/env python3
"""Vectors and speed of `analyze embed` with a BERT sentence encoder against PyTorch in float32, in one run on one core.

usage: Benchmarks/encoder.py [--model DIR] [--texts FILE.jsonl] [--runs 5] [--int8] [--analyze .build/release/analyze]

The reference is `transformers` in inference mode with one thread, texts sorted by length, 32 a batch, mean pooling. Makes
its own virtual environment (PyTorch: several GB; --venv names one to use again). Prints the largest 1 - cosine over texts
of four scripts with emoji, and the median ratio of CPU times over alternating runs on questions; --int8 adds onnxruntime
with dynamically quantised weights; `--precision bfloat16` is timed where the CPU has it. Exit 1 when a cosine is off by more than 1e-3 or the ratio is below 1.
"""
import argparse, json, logging, os, random, resource, statistics, subprocess, sys, tempfile, time, venv, warnings

os.environ.update(TOKENIZERS_PARALLELISM="false", RAYON_NUM_THREADS="1", OMP_NUM_THREADS="1")
home = os.path.expanduser("~/.local/share/llm-cost-analyzer/embeddings")
p = argparse.ArgumentParser()
p.add_argument("--model", default=f"{os.environ.get('ANALYZE_EMBEDDINGS', home)}/minilm")
p.add_argument("--texts", help="texts to time instead of made-up questions")
p.add_argument("--runs", type=int, default=5)
p.add_argument("--int8", action="store_true")
p.add_argument("--analyze", default=".build/release/analyze")
p.add_argument("--venv", default=os.path.join(tempfile.gettempdir(), "analyze-encoder-venv"))
o = p.parse_args()

needed = ["numpy", "tokenizers", "torch", "transformers"] + (["onnx", "onnxruntime"] if o.int8 else [])
try:
    for name in needed: __import__(name)
except ImportError:
    python = f"{o.venv}/bin/python"
    if sys.prefix == os.path.realpath(o.venv): raise
    if not os.path.exists(python): venv.create(o.venv, with_pip=True)
    if subprocess.run([python, "-c", "import " + ", ".join(needed)], stderr=subprocess.DEVNULL).returncode:
        subprocess.run([python, "-m", "pip", "-q", "install", *needed], check=True)
    os.execv(python, [python, *sys.argv])
import numpy as np, tokenizers, torch, transformers
torch.set_num_threads(1)
warnings.simplefilter("ignore")
logging.disable(logging.WARNING)
transformers.logging.set_verbosity_error()
transformers.utils.logging.disable_progress_bar()

def made_up(r, count, short):
    """Questions of 4 to 30 words, or texts of up to 300 tokens in four scripts with emoji."""
    latin = """how do i reset my password for the billing portal what is refund policy please explain step by explain difference
      between subscription plan and invoice number order status delivery account cancel change naïve café Straße API key error
      when does can you help me write python function that sorts list largest first""".split()
    cyrillic = "как сбросить пароль от учётной записи где мой заказ счёт не приходит письмо помогите пожалуйста ёлка Київ".split()
    arabic = "كيف يمكنني تغيير كلمة المرور الخاصة بي الرجاء المساعدة في طلبي رقم الفاتورة".split()
    chinese = list("你好请问如何重置我的密码账户余额为什么没有到账订单快递明天送到吗谢谢東京はどこですか")
    emoji = ["😀", "🚀🚀", "👩‍💻", "❤️", "🇩🇪", "👍🏽"]
    if short: return [" ".join(r.choices(latin, k=r.randint(4, 30))) + "?" for _ in range(count)]
    texts = ["", " ", "?!", "x" * 150]
    while len(texts) < count:
        script = r.choice([latin, latin, cyrillic, arabic, chinese])
        words = r.choices(script + emoji[:len(script) // 10], k=int(2 ** r.uniform(0, 8)))
        texts.append(("" if script is chinese else " ").join(words))
    return texts

tokenizer = tokenizers.Tokenizer.from_file(f"{o.model}/tokenizer.json")
tokenizer.no_padding()
tokenizer.enable_truncation(json.load(open(f"{o.model}/sentence_bert_config.json"))["max_seq_length"])
bert = transformers.BertModel.from_pretrained(o.model, add_pooling_layer=False).eval()

def embed(texts, forward, batch=32):
    ids = [e.ids for e in tokenizer.encode_batch(texts)]
    order = sorted(range(len(ids)), key=lambda i: -len(ids[i]))
    out = np.zeros((len(ids), bert.config.hidden_size), np.float32)
    for start in range(0, len(order), batch):
        rows = order[start:start + batch]
        words, mask = np.zeros((2, len(rows), len(ids[rows[0]])), np.int64)
        for row, i in enumerate(rows): words[row, :len(ids[i])], mask[row, :len(ids[i])] = ids[i], 1
        sums = (forward(words, mask) * mask[:, :, None].astype(np.float32)).sum(1)
        out[rows] = sums / np.linalg.norm(sums, axis=1, keepdims=True)
    return out

def torch_forward(words, mask):
    with torch.inference_mode():
        return bert(input_ids=torch.from_numpy(words), attention_mask=torch.from_numpy(mask)).last_hidden_state.numpy()

def int8_forward(folder):
    import onnxruntime
    from onnxruntime.quantization import QuantType, quantize_dynamic
    class Encoder(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.bert = transformers.BertModel.from_pretrained(o.model, add_pooling_layer=False, attn_implementation="eager").eval()
        def forward(self, words, mask): return self.bert(input_ids=words, attention_mask=mask).last_hidden_state
    example = torch.ones((2, 16), dtype=torch.long)
    torch.onnx.export(Encoder(), (example, example.clone()), f"{folder}/f32.onnx", input_names=["words", "mask"], output_names=["rows"],
                      dynamic_axes={n: {0: "texts", 1: "tokens"} for n in ("words", "mask", "rows")}, opset_version=17, dynamo=False)
    quantize_dynamic(f"{folder}/f32.onnx", f"{folder}/int8.onnx", weight_type=QuantType.QInt8)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(f"{folder}/int8.onnx", options)
    return lambda words, mask: session.run(None, {"words": words, "mask": mask})[0]

def cosine_error(a, b): return (1 - np.sum(a.astype(np.float64) * b, axis=1) / np.linalg.norm(a.astype(np.float64), axis=1) / np.linalg.norm(b.astype(np.float64), axis=1)).max()

with tempfile.TemporaryDirectory() as scratch:
    def analyze(texts, *options):
        """Vectors, the CPU seconds of embedding, and those of the whole process with loading."""
        with open(f"{scratch}/texts.jsonl", "w") as f:
            for t in texts: f.write(json.dumps({"text": t}) + "\n")
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = [o.analyze, "embed", f"{scratch}/texts.jsonl", "--embedder", o.model, "--threads", "1", "--out", f"{scratch}/v.f32", *options]
        summary = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1])
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        whole = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return np.fromfile(f"{scratch}/v.f32", np.float32).reshape(len(texts), -1), summary["cpu_seconds"], whole, summary["identity"]
    def timed(work):
        start = time.process_time()
        return work(), time.process_time() - start

    mixed = made_up(random.Random(7), 1000, short=False)
    vectors, _, _, identity = analyze(mixed)
    error = cosine_error(vectors, embed(mixed, torch_forward))
    print(f"vectors  {len(mixed)} texts of four scripts: max 1 - cosine {error:.1e} against torch {torch.__version__}  ({identity})")

    texts = [json.loads(line)["text"] for line in open(o.texts)] if o.texts else made_up(random.Random(8), 2000, short=True)
    tokens = sum(len(e.ids) for e in tokenizer.encode_batch(texts)) / len(texts)
    rivals = {"torch float32": torch_forward} | ({"onnxruntime int8": int8_forward(scratch)} if o.int8 else {})
    try: analyze(texts[:1], "--precision", "bfloat16")
    except subprocess.CalledProcessError: has_bfloat16 = False
    else: has_bfloat16 = True
    seconds = {name: [] for name in ["analyze", "with loading"] + ["bfloat16"] * has_bfloat16 + [*rivals]}
    for _ in range(o.runs):
        vectors, own, whole, _ = analyze(texts)
        seconds["analyze"].append(own)
        seconds["with loading"].append(whole)
        if has_bfloat16:
            rough, own, _, _ = analyze(texts, "--precision", "bfloat16")
            seconds["bfloat16"].append(own)
            if len(seconds["bfloat16"]) == 1: print(f"vectors  bfloat16: max 1 - cosine {cosine_error(rough, vectors):.1e}")
        for name, forward in rivals.items():
            theirs, cpu = timed(lambda: embed(texts, forward))
            seconds[name].append(cpu)
            if name != "torch float32" and len(seconds[name]) == 1: print(f"vectors  {name}: max 1 - cosine {cosine_error(theirs, vectors):.1e}")
    print(f"speed    {len(texts)} texts of {tokens:.1f} tokens, one core, CPU time, {o.runs} alternating runs")
    for name, times in seconds.items():
        ratios = [a / b for a, b in zip(seconds["torch float32"], times, strict=True)]
        print(f"         {name:17} {len(texts) / statistics.median(times):6.0f} texts/s   {statistics.median(ratios):.2f} x torch ({min(ratios):.2f} … {max(ratios):.2f})")
    ratio = statistics.median(a / b for a, b in zip(seconds["torch float32"], seconds["analyze"], strict=True))
    sys.exit(0 if error <= 1e-3 and ratio >= 1 else 1)
