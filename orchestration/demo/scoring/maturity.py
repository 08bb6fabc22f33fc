"""Cohorts of returns and of items not received by age and by seller, lateness, and who came back.

Belongs here: what is exact. Estimates of what is still to come are held against the truth by a test.
"""

from orchestration.demo.scoring.cells import Cells, Score, Truth, counted

RETURNS = "secondary.rpt_returns_by_ship_week"
RETURN_AGES = "secondary.rpt_returns_by_cohort_age_week"
INR = "secondary.rpt_inr_by_promised_week"
CSAT = "direct.rpt_csat_by_market_week"
INR_AGES = "secondary.rpt_inr_by_cohort_age_week"
SELLERS = "secondary.rpt_returns_and_inr_by_seller_quarter"
LATE = "secondary.rpt_late_orders_by_dimension_month"
RETENTION = "secondary.rpt_retention_by_month"
EXPERIENCE = "secondary.rpt_retention_by_support_experience_month"
AGES = "cohort_period = 'month' and age_days in (7, 28, 56, 84, 182)"


def _score(
    metric: str, table: str, keys: str, column: str, rows: str, place: int, *, where: str = "true", only: str = ""
) -> Score:
    """A column summed by its keys, beside the count at `place` of the truth's rows; `only` keeps rows with that key."""
    key_count = keys.count(",") + 1

    def by(truth: Truth) -> Cells:
        kept = [row for row in truth["maturity"][rows] if not only or only in row]
        return counted(kept, lambda row: row[place], *range(key_count))

    return Score(
        metric, table.split()[0], f"select {keys}, sum({column}) from {table} where {where} group by {keys} having sum({column}) is not null",
        by,
    )  # fmt: skip


def _seller(metric: str, column: str, place: int) -> Score:
    table = f"{SELLERS} inner join core.dim_sellers using (seller_key)"
    return _score(metric, table, "seller_id, cohort_quarter", column, "by_seller_quarter", place)


def _retention_of_month(metric: str, column: str, place: int) -> Score:
    def by(truth: Truth) -> Cells:
        rows = truth["maturity"]["retention_by_market_month"]
        first = min(row[1] for row in rows)
        # What went before the first month is not known.
        return counted(
            [row for row in rows if place > 3 or row[1] > first], lambda row: row[place], 0, 1
        )  # fmt: skip

    return Score(
        metric, RETENTION, f"select market, active_month, {column} from {RETENTION} where {column} is not null", by
    )


def _repeats(truth: Truth) -> Cells:
    rows = truth["maturity"]["retention_by_market_month"]
    first_year = sorted({row[1] for row in rows})[:12]
    return counted([row for row in rows if row[1] not in first_year], lambda row: row[6], 0, 1)


def _came_back(column: str, months: int, place: int) -> Score:
    def by(truth: Truth) -> Cells:
        rows = truth["maturity"]["retention_by_experience_month"]
        known = sorted({row[1] for row in rows})[:-months]
        return counted([row for row in rows if row[1] in known], lambda row: row[place], 0, 1)

    return Score(
        column, EXPERIENCE,
        f"select support_experience, active_month, {column} from {EXPERIENCE} where {column} is not null", by,
    )  # fmt: skip


MATURITY = (
    _score("orders shipped, by week", RETURNS, "market, shipped_week", "shipped_order_count", "returns_by_market_week", 2),
    _score(
        "orders with a return requested, by week", RETURNS, "market, shipped_week", "return_requested_order_count",
        "returns_by_market_week", 3,
    ),
    _score("units shipped, by week", RETURNS, "market, shipped_week", "shipped_unit_count", "returns_by_market_week", 5),
    _score(
        "units asked back, by week", RETURNS, "market, shipped_week", "return_requested_unit_count", "returns_by_market_week", 6
    ),
    _score(
        "orders watched, by month and age", RETURN_AGES, "cohort_date, age_days", "watched_shipped_order_count",
        "returns_by_month_age", 2, where=AGES,
    ),
    _score(
        "orders with a return requested, by month and age", RETURN_AGES, "cohort_date, age_days",
        "return_by_age_order_count", "returns_by_month_age", 3, where=AGES,
    ),
    _score("orders due, by week", INR, "market, promised_week", "due_order_count", "inr_by_market_week", 2),
    _score("orders not received, by week", INR, "market, promised_week", "inr_order_count", "inr_by_market_week", 3),
    _score(
        "orders not received, by month and age", INR_AGES, "cohort_date, age_days", "inr_by_age_order_count", "inr_by_month_age", 3,
        where=AGES,
    ),
    _score(
        "satisfaction surveys offered, by week", CSAT, "market, csat_week", "offered_count", "answers_by_market_week", 2,
        where="offered_count > 0",
    ),
    _score(
        "satisfaction surveys answered, by week of the offer", CSAT, "market, csat_week", "offer_responded_count",
        "answers_by_market_week", 3, where="offered_count > 0",
    ),
    _seller("orders shipped, by seller", "shipped_order_count", 2),
    _seller("orders with a return requested, by seller", "return_requested_order_count", 3),
    _seller("orders due, by seller", "due_order_count", 4),
    _seller("orders not received, by seller", "inr_order_count", 5),
    *(
        _score(column, LATE, "dimension_name, dimension_value, promised_month", column, "late_by_dimension_month", place)
        for column, place in (("promise_ended_order_count", 3), ("late_by_date_order_count", 4))
    ),
    _score(
        "late_by_timestamp_order_count", LATE, "dimension_name, dimension_value, promised_month", "late_by_timestamp_order_count",
        "late_by_dimension_month", 6, where="dimension_value = 'KR'", only="KR",
    ),
    _score(
        "never_delivered_order_count", LATE, "dimension_name, dimension_value, promised_month",
        "coalesce(never_delivered_order_count, 0)", "late_by_dimension_month", 8,
    ),
    _retention_of_month("customers active last month", "previous_ordering_customer_count", 2),
    _retention_of_month("customers active last month and this", "retained_customer_count", 3),
    _retention_of_month("orders of known persons", "customer_order_count", 5),
    Score(
        "repeat_order_count", RETENTION,
        f"select market, active_month, repeat_order_count from {RETENTION} where repeat_order_count is not null", _repeats,
    ),
    _score("customers by support experience", EXPERIENCE, "support_experience, active_month", "ordering_customer_count",
           "retention_by_experience_month", 2),
    _came_back("next_month_customer_count", 1, 3),
    _came_back("three_month_customer_count", 3, 4),
)  # fmt: skip
