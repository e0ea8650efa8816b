#!/usr/bin/env python3
"""Asks a LiteLLM proxy with a Redis cache, and counts the answers that came from a loaded list.

usage: litellm_check.py REDIS_PORT FREE_PORT SYSTEM_FILE QUESTIONS.json
The model behind the proxy is a server of this program's own that answers "upstream".
"""
import http.server, json, os, subprocess, sys, tempfile, threading, time, urllib.request

redis_port, port, system, questions = sys.argv[1:]
calls = []


class Upstream(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        calls.append(self.rfile.read(int(self.headers["content-length"])))
        body = json.dumps({"id": "x", "object": "chat.completion", "created": 1, "model": "gpt-4o", "choices": [
            {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "upstream"}}],
            "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json"); self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


upstream = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
threading.Thread(target=upstream.serve_forever, daemon=True).start()
folder = tempfile.mkdtemp()
with open(f"{folder}/proxy.yaml", "w") as file:
    file.write(f"""
model_list:
  - model_name: gpt-4o
    litellm_params: {{model: openai/gpt-4o, api_base: "http://127.0.0.1:{upstream.server_port}/v1", api_key: none}}
litellm_settings:
  cache: true
  cache_params: {{type: redis, host: 127.0.0.1, port: {redis_port}}}
""")
log = open(f"{folder}/proxy.log", "w")
proxy = subprocess.Popen(
    [os.path.join(os.path.dirname(sys.executable), "litellm"), "--config", f"{folder}/proxy.yaml", "--host", "127.0.0.1", "--port", port],
    stdout=log, stderr=log, cwd=folder, env={**os.environ, "LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY": "true"})
try:
    for _ in range(240):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health/liveliness", timeout=2)
            break
        except OSError:
            if proxy.poll() is not None: break
            time.sleep(0.5)
    else:
        sys.exit("the proxy does not come up: " + open(f"{folder}/proxy.log").read()[-2000:])
    with open(system) as file: prompt = file.read()
    with open(questions) as file: asked = json.load(file)
    served = 0
    for question in asked:
        body = {"model": "gpt-4o", "messages": [{"role": "system", "content": prompt}, {"role": "user", "content": question}],
                "temperature": 0.2, "max_tokens": 64}
        request = urllib.request.Request(f"http://127.0.0.1:{port}/v1/chat/completions", json.dumps(body).encode(),
                                         {"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as reply:
            answer = json.load(reply)["choices"][0]["message"]["content"]
        served += answer != "upstream"
    print(f"{served} of {len(asked)} from the list, {len(calls)} calls of the model")
finally:
    # It takes its time to stop, and has nothing to keep.
    proxy.kill()
    proxy.wait(20)
