"""The gates: the one place that knows Great Expectations.

Belongs here: its DuckDB engine, suites built from YAML, quarantine, results and the two gates. Never the expectations
themselves (`expectations/`), and nothing of the orchestrator.

Importing this package is cheap. `engine` and `building` import Great Expectations, which takes 5-7 s: they are imported
inside functions, when a gate runs.
"""
