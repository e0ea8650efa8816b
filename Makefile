# make demo      build, fetch a small embedding model when the registry can be reached, generate a log, analyse it
# make test      build and run all tests
# make fuzz      look for inputs that crash the reader, SECONDS on every format
# make install   put the program, its manual page and its shell completions below PREFIX
PREFIX ?= /usr/local
SWIFT ?= swift
DEMO ?= demo
REQUESTS ?= 20000
SECONDS ?= 60

.PHONY: demo test fuzz install build setup lint clean sample

setup:
	@sh scripts/setup.sh

build: setup
	$(SWIFT) build -c release --product analyze

demo: build
	@mkdir -p $(DEMO)
	@.build/release/analyze setup embeddings --only wordllama || echo "Going on with the built-in embedder, which compares wording, not meaning."
	.build/release/analyze generate --requests $(REQUESTS) --seed 7 --out $(DEMO)/traffic.jsonl.zst --truth $(DEMO)/truth.json
	.build/release/analyze run $(DEMO)/traffic.jsonl.zst --out $(DEMO)/report --state $(DEMO)/state.sqlite

test: setup
	$(SWIFT) test --disable-xctest

fuzz: setup
	Fuzz/run.sh $(SECONDS)

# One file; the Swift runtime is inside, the C libraries are the system's.
install: setup
	$(SWIFT) build -c release --product analyze --static-swift-stdlib --scratch-path .build/static
	install -d $(DESTDIR)$(PREFIX)/bin
	install -s -m 755 .build/static/release/analyze $(DESTDIR)$(PREFIX)/bin/analyze
	install -d $(DESTDIR)$(PREFIX)/share/bash-completion/completions $(DESTDIR)$(PREFIX)/share/zsh/site-functions \
	  $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d $(DESTDIR)$(PREFIX)/share/man/man1
	$(DESTDIR)$(PREFIX)/bin/analyze manual > $(DESTDIR)$(PREFIX)/share/man/man1/analyze.1
	$(DESTDIR)$(PREFIX)/bin/analyze --generate-completion-script bash > $(DESTDIR)$(PREFIX)/share/bash-completion/completions/analyze
	$(DESTDIR)$(PREFIX)/bin/analyze --generate-completion-script zsh > $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_analyze
	$(DESTDIR)$(PREFIX)/bin/analyze --generate-completion-script fish > $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/analyze.fish

lint:
	$(SWIFT) format lint --strict --recursive Package.swift Sources Tests

clean:
	rm -rf .build $(DEMO)
