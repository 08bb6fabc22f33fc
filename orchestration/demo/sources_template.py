"""The text of `sources.toml` for an installation that the simulated marketplace delivers to.

Belongs here: only that; what each source delivers is read from `deliver`.
"""

from orchestration.demo.clock import REPORTING_ZONE
from orchestration.demo.deliver import SOURCES

EXPECTED_EVERY_HOURS = 24
_WHAT = {
    "helpdesk": "Tickets, their messages and changes, surveys after a contact, agents and their hours.",
    "shop": "Orders from checkout to delivery, returns, claims, customers and sellers.",
    "surveys": "The quarterly NPS survey.",
    "app_stores": "Reviews from both app stores.",
}


def demo_sources_toml() -> str:
    """The whole file, ready to be written to `<home>/sources.toml`."""
    parts = [
        "# The sources of the simulated marketplace: four systems that drop files below landing/.\n\n"
        "[installation]\n"
        'name = "Simulated marketplace"\n'
        f'reporting_time_zone = "{REPORTING_ZONE}"\n'
        'default_calendar = "eu"\n'
    ]
    for source, formats in SOURCES.items():
        delivers = "".join(f'    "{entity}",\n' for entity in formats)
        parts.append(
            f"# {_WHAT[source]}\n[[sources]]\n"
            f'name = "{source}"\nkind = "files"\ndelivers = [\n{delivers}]\nexpected_every_hours = {EXPECTED_EVERY_HOURS}\n'
        )
    return "\n".join(parts)
