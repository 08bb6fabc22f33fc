from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import dagster as dg
import pytest

from orchestration.checks import gate_results, gate_specs
from orchestration.quality.gates import GateOutcome
from orchestration.quality.results import CheckResult
from orchestration.quality.suites import Check

NOON = datetime(2026, 11, 21, 12)
CHECK = Check("tickets_have_a_key", "e", {}, "critical", "Why.", date(2026, 11, 1), "desk", Path("f.yml"))
PASSED = CheckResult(1, "contract.tickets", CHECK, "pass", NOON, NOON)
SPEC = dg.AssetCheckSpec("meets_expectations", asset=["contract", "tickets"], blocking=True)


def result_of(*results):
    (found,) = gate_results(GateOutcome(1, "r", results, 1.0), [SPEC])
    return found


def test_a_suite_that_holds_passes():
    assert result_of(PASSED).passed


def test_a_critical_failure_is_an_error_and_blocks():
    found = result_of(PASSED, replace(PASSED, status="fail", unexpected_count=3, row_count=10))
    assert (found.passed, found.severity) == (False, dg.AssetCheckSeverity.ERROR)
    assert "3 of 10 rows" in found.metadata["problem_1"].value


def test_a_check_that_could_not_run_blocks_whatever_its_severity():
    warning = replace(CHECK, severity="warning")
    assert result_of(replace(PASSED, check=warning, status="error")).severity is dg.AssetCheckSeverity.ERROR


@pytest.mark.parametrize("status", ["fail", "quarantined"])
def test_the_rest_warns(status):
    warning = replace(CHECK, severity="warning")
    found = result_of(replace(PASSED, check=warning, status=status, quarantined_count=2))
    assert (found.passed, found.severity) == (False, dg.AssetCheckSeverity.WARN)


def test_another_suites_failure_is_not_this_assets():
    assert result_of(PASSED, replace(PASSED, suite_name="contract.orders", status="fail")).passed


def test_each_suite_of_gate_one_is_a_blocking_check_of_its_asset(home):
    keys = [dg.AssetKey(["contract", "tickets"]), dg.AssetKey(["contract", "nothing_of_the_kind"])]
    (spec,) = gate_specs(1, home, keys)
    assert spec.asset_key == keys[0]
    assert spec.blocking
    assert "tickets_have_a_key" in spec.description


def test_an_installations_own_suite_is_a_check_as_well(home):
    folder = home.path / "expectations" / "raw"
    folder.mkdir(parents=True)
    (folder / "own.yml").write_text(
        "defaults: {since: 2026-11-21, mended_by: me}\n"
        "suites:\n  contract.sellers:\n    may_be_empty: yes it may\n    checks:\n"
        "      - {check_id: own_check, type: unexpected_rows_expectation, severity: warning, why: Why not.,"
        " arguments: {unexpected_rows_query: select 1 from {batch} where false}}\n".replace("{batch}", '"x"')
    )
    (spec,) = gate_specs(1, home, [dg.AssetKey(["contract", "sellers"])])
    assert "own_check" in spec.description
