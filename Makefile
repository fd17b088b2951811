# Kanalkollen. `make run` starts the product, `make test` runs the tests. Everything else is for those who build it.
.DEFAULT_GOAL := help
.PHONY: help run test bench lint lock manage shell clean
MAKEFLAGS += --no-print-directory

export KOMMUN PORT
# The name of the caller's own environment must not leak in: what is installed lies in .venv alone.
unexport PYTHONHOME PYTHONPATH VIRTUAL_ENV

help: ## Visar den här listan
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1	\2/p' Makefile | expand -t 18

run: ## Startar Kanalkollen; KOMMUN=tibro|sunne|nora|overkalix|forshaga, PORT=8000
	@bin/install run
	@bin/install-libraries
	@exec .venv/bin/python -m kommun.local run

test: ## Kör testerna; ARGS="-k ord" väljer bland dem
	@bin/install dev
	@bin/install-libraries
	@bin/install-browser
	@exec .venv/bin/python -m kommun.local test $(ARGS)

bench: ## Kör mätningarna; NAME=namn väljer en av dem
	@bin/install dev
	@bin/install-libraries
	@exec .venv/bin/python -m kommun.local bench $(NAME)

manage: ## Kör manage.py på den körande demons data; ARGS="policy check FIL"
	@bin/install run
	@bin/install-libraries
	@exec .venv/bin/python -m kommun.local manage $(ARGS)

shell: ## Öppnar Djangos skal på demons data
	@bin/install run
	@bin/install-libraries
	@exec .venv/bin/python -m kommun.local manage shell

lint: ## Kontrollerar stil, typer och lager
	@bin/install dev
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	bin/types
	.venv/bin/lint-imports

lock: ## Skriver om requirements/ efter pyproject.toml
	@bin/lock

clean: ## Tar bort allt som går att skapa på nytt, även demons data
	rm -rf .venv .local staticfiles .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache test-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
