"""The gates as asset checks: one `meets_expectations` per suite, blocking where it is critical.

Belongs here: from a gate's verdict to Dagster's words. What is checked stands in `expectations/`, how in
`orchestration.quality`.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import dagster as dg

from orchestration.pipeline import warehouse_build
from orchestration.quality.suites import Suite, find_files, read_suites
from orchestration.resources import WRITER_POOL, Installation, step, stop
from orchestration.settings import Home

if TYPE_CHECKING:
    from orchestration.quality.gates import GateOutcome

GATE = "meets_expectations"
NEXT = {
    1: "(`support-metrics sources check` names file, row and column of what does not fit)",
    2: "(`support-metrics status` lists the checks, docs/runbook.md says what to do)",
}


def gate_suites(gate: int, home: Home) -> list[Suite]:
    """The suites of a gate: the project's and the installation's own. Faulty ones are reported when the gate runs."""
    return read_suites(find_files(gate, home.path))[0]


def gate_specs(gate: int, home: Home, keys: Sequence[dg.AssetKey], **options: Any) -> list[dg.AssetCheckSpec]:
    """A check for each of these assets that has a suite."""
    by_name = {suite.name: suite for suite in gate_suites(gate, home)}
    return [
        dg.AssetCheckSpec(
            GATE,
            asset=key,
            blocking=True,
            description=f"Gate {gate}: {', '.join(check.check_id for check in by_name['.'.join(key.path)].checks)}",
            **options,
        )
        for key in sorted(keys)
        if ".".join(key.path) in by_name
    ]


def gate_results(outcome: "GateOutcome", specs: Sequence[dg.AssetCheckSpec]) -> Iterator[dg.AssetCheckResult]:
    """One result per check: ERROR where a critical expectation fails, WARN where somebody should look."""
    for spec in specs:
        name = ".".join(spec.asset_key.path)
        results = [result for result in outcome.results if result.suite_name == name]
        messages = [str(result.message) for result in results if result.is_blocking or result.is_warning]
        is_blocking = any(result.is_blocking for result in results)
        yield dg.AssetCheckResult(
            asset_key=spec.asset_key,
            check_name=spec.name,
            passed=not messages,
            severity=dg.AssetCheckSeverity.ERROR if is_blocking else dg.AssetCheckSeverity.WARN,
            metadata={
                "expectations": len(results),
                "rows_set_aside": sum(result.quarantined_count or 0 for result in results),
                **{f"problem_{number}": text for number, text in enumerate(messages, start=1)},
            },
        )


def require_passed(context: Any, installation: Installation, outcome: "GateOutcome") -> None:
    """Say what a gate found, and stop the run if it blocks.

    Raises:
        dagster.Failure: the gate blocks; the message says why and what to do next.
    """
    for message in outcome.warnings:
        context.log.warning(f"gate {outcome.gate}: {message}")
    if not outcome.passed:
        text = f"gate {outcome.gate} blocks, the published file stays as it is: {' '.join(outcome.blocking)} {NEXT[outcome.gate]}"
        raise stop(installation, context.run.run_id, f"gate {outcome.gate}", text, alert=text)


def gate_two(home: Home, marts: Sequence[dg.AssetKey], metadata: Sequence[dg.AssetKey]) -> dg.AssetChecksDefinition:
    """Gate 2: would a reader be misled today? Runs on finished marts and their metadata, before anything is published."""
    specs = gate_specs(2, home, marts, additional_deps=list(metadata))

    @dg.multi_asset_check(name="gate_two", specs=specs, pool=WRITER_POOL)
    def check_marts(context: dg.AssetCheckExecutionContext, installation: Installation) -> Iterator[Any]:
        home = installation.home
        with step(context, installation, "gate 2") as report:
            from orchestration.quality.gates import run_gate_two

            installation.processes.prepare_boards()
            # Under the run that built the marts, so that looking again replaces what was found before.
            build = warehouse_build(home, installation.settings)
            outcome = installation.processes.run_gate(run_gate_two, build.run_id)
            yield from gate_results(outcome, specs)
            report.summary = outcome.summary.removeprefix(f"gate {outcome.gate} ")
            require_passed(context, installation, outcome)

    return check_marts
