# Every target sets up what it needs; without make: python3 tools/bootstrap.py TARGET
PYTHON ?= python3

.PHONY: assess test test-all browser fuzz kill lint docs wheel release sbom validate benchmark setup clean

assess test test-all browser fuzz kill lint docs wheel release sbom validate benchmark setup:
	@$(PYTHON) tools/bootstrap.py $@

clean:
	rm -rf .venv dist docs/_build .pytest_cache .mypy_cache .ruff_cache .hypothesis
