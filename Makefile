# 民政一体化平台: a machine with Python 3.11 and make is enough. make run starts it, make test checks it.
PYTHON ?= python3
BIN := .venv/bin
.DEFAULT_GOAL := help
.PHONY: help run test setup setup-test lint types contracts docs bench bench-datacenter bench-policy bench-match bench-link lock pictures clean

help: ## 列出可用的目标
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20

run: setup ## 启动演示县（http://127.0.0.1:8000）
	@exec $(BIN)/minzheng serve --die-with-parent

setup: ## 准备环境：程序包、前端文件、字体（按锁文件，可反复执行）
	@$(PYTHON) scripts/bootstrap.py run

setup-test:
	@$(PYTHON) scripts/bootstrap.py test

test: setup-test lint types contracts ## 全部检查与测试
	@$(PYTHON) scripts/chromium.py
	@exec nice $(BIN)/pytest -n 2 --dist loadscope --no-loadscope-reorder --durations=40 --durations-min=8

lint: setup-test
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: setup-test
	@$(BIN)/mypy

contracts: setup-test
	@$(BIN)/lint-imports

bench: setup ## 测量速度，结果在 bench/results（自建数据库，量完即删）；计划读取的准确率要 MINZHENG_PLAN_DOCUMENTS
	@$(BIN)/python -m bench plans
	@$(BIN)/python -m bench
	@$(BIN)/python -m bench paying
	@$(BIN)/python -m bench faults paying --rounds $(or $(ROUNDS),200)
	@exec $(BIN)/python -m bench datacenter

bench-datacenter: setup ## 测量大数据中心的各项承诺，旁边是裸 DuckDB 查询（SIZE=full 为承诺的规模）
	@exec $(BIN)/python -m bench datacenter --size $(or $(SIZE),small)

bench-policy: setup ## 测量规则引擎：手写 SQL、生成的 SQL、编译循环、单户（PERSONS、STREAM 为人数）
	@$(PYTHON) scripts/bootstrap.py bulk
	@$(BIN)/python bench/policy_one_family.py
	@exec $(BIN)/python -m bench.policy_bulk --persons $(or $(PERSONS),1000000) --stream $(or $(STREAM),0)

bench-match: setup ## 测量成批核对：裸 DuckDB 联接、匹配、全过程（ROWS、PERSONS 为行数和人数；一亿行约占 20 GB 磁盘，量完即删）
	@exec $(BIN)/python -m bench.match --rows $(or $(ROWS),10000000) --persons $(or $(PERSONS),1000000)

bench-link: setup ## 测量有差错的名册互相匹配：准确率、找全率、时间，旁边是裸的等值连接（LEFT、RIGHT 为行数）
	@exec $(BIN)/python -m bench.link --left $(or $(LEFT),100000) --right $(or $(RIGHT),1000000)

docs: setup ## 由代码生成 docs/reference
	@exec $(BIN)/minzheng docs

pictures: setup-test ## 走一遍故事，把每一屏存到 var/pictures（1366、390、大字版）
	@$(PYTHON) scripts/chromium.py
	@MINZHENG_PICTURES=$(CURDIR)/var/pictures exec $(BIN)/pytest stories

lock: ## 重新锁定依赖的版本与 SHA-256（UPGRADE=1 时全部升级）
	@UPGRADE=$(UPGRADE) $(PYTHON) scripts/lock.py

clean: ## 删除环境与缓存（不动 var/ 里的数据）
	rm -rf .venv .tools node_modules minzheng/site/static/vendor minzheng/site/fonts .mypy_cache .ruff_cache .pytest_cache
