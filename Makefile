# Every target sets up .venv by itself and is quick the second time.
.DEFAULT_GOAL := help
.PHONY: help setup setup-browser run test check bench soak clean

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.stamp
BENCH_STAMP := $(VENV)/.stamp-bench

help:  ## 显示本清单 | list the targets
	@sed -n 's/^\([a-z-]*\):.*## /  make \1 | /p' $(firstword $(MAKEFILE_LIST)) | \
		awk -F ' [|] ' '{ printf "%-22s %s | %s\n", $$1, $$2, $$3 }'

setup: $(STAMP)  ## 安装到 .venv | install into .venv

run: setup  ## 建立示例账册并启动网页 | make a demonstration ledger and serve it
	$(BIN)/ecorights demo

test: check  ## 检查并测试（两种数据库） | check, then test on both databases
	$(BIN)/python -m pytest -q -n 2 --dist worksteal

check: setup  ## 格式、类型、依赖方向 | format, lint, types, import direction
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

bench: $(BENCH_STAMP)  ## 测速并打印比值 | measure and print ratios
	$(BIN)/python -m benchmarks

soak: setup  ## 长时间的随机测试 | the random tests, for long
	ECORIGHTS_HYPOTHESIS_PROFILE=soak $(BIN)/python -m pytest -q -n 2 tests/properties

setup-browser:  ## 为网页测试安装 Chromium（Debian） | install Chromium for the page tests
	@for name in chromium chromium-browser google-chrome google-chrome-stable; do \
		if command -v $$name >/dev/null; then exit 0; fi; \
	done; \
	if ! command -v apt-get >/dev/null; then \
		echo '请自行安装 Chromium | install Chromium yourself: there is no apt-get here' >&2; exit 1; \
	elif [ "$$(id -u)" -eq 0 ]; then \
		run='env DEBIAN_FRONTEND=noninteractive'; \
	elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then \
		run='sudo -n env DEBIAN_FRONTEND=noninteractive'; \
	else \
		echo '需要管理员执行 | an administrator must run: apt-get install chromium' >&2; exit 1; \
	fi; \
	$$run apt-get update -qq && \
		$$run apt-get install -y -qq --no-install-recommends chromium </dev/null >/dev/null

clean:  ## 删除 .venv 和测试留下的文件 | remove .venv and what tests left behind
	@if [ -e $(STAMP) ]; then $(BIN)/python -m tests.support.postgres remove; fi
	rm -rf $(VENV) .postgres .mypy_cache .ruff_cache .pytest_cache .import_linter_cache \
		.hypothesis build dist ecorights.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(STAMP): setup.cfg pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt \
		-e '.[postgres,test,dev]'
	@touch $(STAMP)

$(BENCH_STAMP): $(STAMP)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bench]'
	@touch $(BENCH_STAMP)
