"""The demo's installation: what the world's systems serve over HTTP, and what else comes as files beside them.

Belongs here: which source delivers what, and the text of `sources.toml`. The files alone, as an installation without any
vendor's system would get them, are in `deliver`.
"""

import json
import secrets
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from orchestration.demo.agents import contractor_ids
from orchestration.demo.clock import REPORTING_ZONE
from orchestration.demo.deliver import CSV, PARQUET, SOURCES, delivery_marks, write_tables
from orchestration.demo.plan import DemoPlan
from orchestration.demo.stand_ins import zendesk_data
from orchestration.demo.stand_ins.zendesk_people import agent_number, schedule_numbers
from orchestration.demo.world import World
from orchestration.settings import Home

FILES: dict[str, dict[str, str]] = {
    # What the planning of the team knows.
    "workforce": {
        "handle_times": PARQUET,
        "agent_team_histories": CSV,
        "shifts": CSV,
        "agent_workdays": CSV,
        "delivery_marks": CSV,
    },
    "shop": SOURCES["shop"],
    "surveys": {
        "csat_responses": CSV,
        "ces_responses": CSV,
        "nps_responses": CSV,
        "survey_invitations": CSV,
        "delivery_marks": CSV,
    },
}
SERVED = ("helpdesk", "app_stores", "paypal", "upwork")
"""The sources that are stand-ins of vendors' systems."""
CREDENTIALS = {
    "helpdesk": ("DEMO_ZENDESK_CLIENT_ID", "DEMO_ZENDESK_CLIENT_SECRET"),
    "app_stores": ("DEMO_APPFOLLOW_API_TOKEN",),
    "paypal": ("DEMO_PAYPAL_CLIENT_ID", "DEMO_PAYPAL_CLIENT_SECRET"),
    "upwork": ("DEMO_UPWORK_CLIENT_ID", "DEMO_UPWORK_CLIENT_SECRET"),
}
"""The variables that each served source's credentials stand in, in the order in which its stand-in takes them."""
Filter = Callable[[World, pa.Table], pa.Table]


LISTED = timedelta(days=178)
"""What PayPal still lists when the installation is new; claims that were settled before come from the shop's own records."""


def _not_of_paypal(world: World, claims: pa.Table) -> pa.Table:
    """Claims that customers or banks opened are PayPal's to tell, as far back as it does."""
    touched = pc.coalesce(claims["refunded_at"], claims["resolved_at"], claims["opened_at"])
    is_old = pc.less(touched, pa.scalar(world.known_through - LISTED, touched.type))
    return claims.filter(pc.or_(pc.equal(claims["origin"], "ticket"), is_old))


def _of_employees(world: World, workdays: pa.Table) -> pa.Table:
    """The days of contractors are Upwork's to tell."""
    return workdays.filter(pc.invert(pc.is_in(workdays["agent_id"], pa.array(_contractors(world)))))


def _contractors(world: World) -> list[str]:
    agents = world["agents"]
    return agents.filter(pc.equal(agents["employment"], "contractor"))["agent_id"].to_pylist()


FILTERS: dict[tuple[str, str], Filter] = {
    ("shop", "inr_claims"): _not_of_paypal,
    ("workforce", "agent_workdays"): _of_employees,
}


def deliver_beside(world: World, landing: Path) -> list[Path]:
    """Write what comes as files beside the served systems to `landing/<source>/`.

    Returns:
        the files.
    """
    paths = []
    for source, formats in FILES.items():
        tables = {}
        for entity in formats:
            if entity == "delivery_marks":
                tables[entity] = delivery_marks(world, list(formats))
                continue
            chosen = FILTERS.get((source, entity))
            tables[entity] = _as_the_helpdesk_numbers_agents(chosen(world, world[entity]) if chosen else world[entity])
        paths += write_tables(tables, source, landing, world, formats)
    return paths


def _as_the_helpdesk_numbers_agents(table: pa.Table) -> pa.Table:
    """Whoever speaks of an agent does it by the helpdesk's number."""
    if "agent_id" not in table.column_names:
        return table
    numbers = pa.array([None if agent is None else str(agent_number(agent)) for agent in table["agent_id"].to_pylist()])
    return table.set_column(table.column_names.index("agent_id"), "agent_id", numbers)


def served_sources_toml(plan: DemoPlan) -> str:
    """The whole `sources.toml`, ready to be written."""
    parts = [
        "# The sources of the simulated marketplace: four systems, served by stand-ins on this machine for as long as a command\n"
        "# of this installation runs, and three that drop files below landing/.\n\n"
        "[installation]\n"
        'name = "Simulated marketplace"\n'
        f'reporting_time_zone = "{REPORTING_ZONE}"\n'
        f'default_calendar = "{schedule_numbers()["eu"]}"\n',
        _helpdesk(plan),
        "# Reviews from both app stores.\n"
        f'[[sources]]\nname = "app_stores"\nkind = "appfollow"\nbase_url = "{plan.url("app_stores")}/api/v2"\n'
        'token_env = "DEMO_APPFOLLOW_API_TOKEN"\nstart_date = 2024-11-01\nexpected_every_hours = 24\n',
        "# Claims that an item was not received, by form or through a bank. The shop's orders are what it refers to.\n"
        f'[[sources]]\nname = "paypal"\nkind = "paypal"\nbase_url = "{plan.url("paypal")}"\n'
        'client_id_env = "DEMO_PAYPAL_CLIENT_ID"\nclient_secret_env = "DEMO_PAYPAL_CLIENT_SECRET"\n'
        'start_date = 2024-11-01\nexpected_every_hours = 24\nrefers_to = { orders = "shop" }\n',
        "# Contractors' hours and what they cost.\n"
        f'[[sources]]\nname = "upwork"\nkind = "upwork"\nbase_url = "{plan.url("upwork")}"\n'
        f'token_url = "{plan.url("upwork")}/api/v3/oauth2/token"\n'
        'client_id_env = "DEMO_UPWORK_CLIENT_ID"\nclient_secret_env = "DEMO_UPWORK_CLIENT_SECRET"\n'
        'start_date = 2024-11-01\nexpected_every_hours = 24\nrefers_to = { agents = "helpdesk" }\n'
        'without = ["agents", "agent_team_histories"]\n'
        f"agent_ids = {_toml({agent: str(agent_number(agent)) for agent in contractor_ids(plan.scale)})}\n",
    ]
    for source, formats in FILES.items():
        delivers = "".join(f'    "{entity}",\n' for entity in formats)
        refers = '{ tickets = "helpdesk", agents = "helpdesk", customers = "shop", orders = "shop" }'
        parts.append(
            f'[[sources]]\nname = "{source}"\nkind = "files"\ndelivers = [\n{delivers}]\nexpected_every_hours = 24\n'
            + (f"refers_to = {refers}\n" if source != "shop" else "")
        )
    return "\n".join(parts)


def _helpdesk(plan: DemoPlan) -> str:
    settings = "".join(f"{name} = {_toml(value)}\n" for name, value in zendesk_data.SETTINGS.items())
    return (
        "# Tickets with their messages and changes, agents, business hours. Surveys have a tool of their own.\n"
        f'[[sources]]\nname = "helpdesk"\nkind = "zendesk"\nbase_url = "{plan.url("helpdesk")}"\n'
        'client_id_env = "DEMO_ZENDESK_CLIENT_ID"\nclient_secret_env = "DEMO_ZENDESK_CLIENT_SECRET"\n'
        f'start_date = 2024-11-01\nexpected_every_hours = 24\nrefers_to = {{ orders = "shop", sellers = "shop" }}\n'
        f'without = ["csat_responses", "survey_invitations"]\n{settings}'
    )


def _toml(value: Any) -> str:
    """A setting as TOML writes it."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(str(name))} = {_toml(each)}" for name, each in value.items()) + " }"
    return json.dumps(value)


def write_credentials(home: Home) -> None:
    """Add made-up credentials for the stand-ins to the installation's `.env`, where they are missing."""
    path = home.path / ".env"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    missing = [name for names in CREDENTIALS.values() for name in names if f"{name}=" not in text]
    if missing:
        lines = ["# Of the stand-ins; good for nothing else.", *(f"{name}={secrets.token_hex(8)}" for name in missing)]
        path.write_text(text.rstrip("\n") + "\n" + "\n".join(lines) + "\n", encoding="utf-8")
