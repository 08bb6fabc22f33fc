"""Zendesk's schedules and their holidays as rows that keep the past.

Belongs here: versions. The interface shows a schedule as it is today only, so that a schedule whose hours changed becomes a
new version from that day on, and the older one stays for the time before. Holidays that are over stay as they were.
"""

import hashlib
import json
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from orchestration.extract.faults import UnusableDeliveryError
from orchestration.extract.zendesk.zones import iana_zone

LONGEST_HOLIDAY_DAYS = 400

Versions = dict[str, dict[str, Any]]
"""By schedule: the `hash` of its hours, its `version` (from 1), and `valid_from`, the day the version began or null."""


def schedule_rows(
    schedule: dict[str, Any], versions: Versions, now: datetime, time_zones: dict[str, str]
) -> list[dict[str, Any]]:
    """The intervals of a schedule's present version, as rows of `schedule_intervals`; `versions` is brought up to date.

    A schedule without intervals is one row without minutes, which ends the version before.

    Args:
        schedule: as the vendor lists it; minutes count from Sunday 00:00 local time.
        versions: what is known of schedules; a schedule that is new is taken to have always been so.
        now: the vendor's clock, UTC without zone.
        time_zones: names that the installation explains.

    Raises:
        UnusableDeliveryError: nobody knows the schedule's time zone.
    """
    zone = iana_zone(schedule.get("time_zone"), time_zones)
    if zone is None:
        raise UnusableDeliveryError(
            f"schedule {schedule['id']} is in the time zone {schedule.get('time_zone')}, which nobody knows: say what it is with "
            f'time_zones = {{ "{schedule.get("time_zone")}" = "Europe/..." }}'
        )
    intervals = sorted((each["start_time"], each["end_time"]) for each in schedule.get("intervals") or ())
    digest = hashlib.sha256(json.dumps([zone, intervals]).encode()).hexdigest()[:16]
    known = versions.get(str(schedule["id"]))
    if known is None:
        known = {"hash": digest, "version": 1, "valid_from": None}
    elif known["hash"] != digest:
        known = {
            "hash": digest,
            "version": known["version"] + 1,
            "valid_from": _first_day(schedule, known, now, zone).isoformat(),
        }
    versions[str(schedule["id"])] = known
    common = {
        "schedule_id": schedule["id"],
        "name": schedule.get("name"),
        "time_zone": zone,
        "valid_from_date": known["valid_from"],
        "version_number": known["version"],
    }
    return [common | {"start_minute": start, "end_minute": end} for start, end in intervals or [(None, None)]]


def _first_day(schedule: dict[str, Any], known: dict[str, Any], now: datetime, zone: str) -> date:
    """The local day of the schedule's last update, unless that was before the version known; then today."""
    today = _local_day(now, zone)
    try:
        updated = datetime.fromisoformat(str(schedule.get("updated_at")).replace("Z", "+00:00"))
    except ValueError:
        return today
    day = updated.astimezone(ZoneInfo(zone)).date()
    return day if date.fromisoformat(known["valid_from"] or "0001-01-01") < day <= today else today


def _local_day(now: datetime, zone: str) -> date:
    return now.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(zone)).date()


def holiday_rows(
    schedule_id: int, holidays: list[dict[str, Any]], known: list[list[str]], today: date
) -> tuple[list[dict[str, Any]], list[list[str]]]:
    """The days of a schedule's holidays, as rows of `schedule_holidays`, and what to know of them the next time.

    A day that was listed, is not over and is listed no longer comes as a row that says it is removed.

    Args:
        schedule_id: the schedule.
        holidays: as the vendor lists them, from `start_date` to `end_date` inclusive.
        known: holiday and day of what was listed the last time.
        today: the vendor's day.

    Raises:
        UnusableDeliveryError: a holiday ends before it begins, or lasts longer than a year.
    """
    rows = []
    for holiday in holidays:
        first, last = date.fromisoformat(holiday["start_date"][:10]), date.fromisoformat(holiday["end_date"][:10])
        days = (last - first).days + 1
        if not 1 <= days <= LONGEST_HOLIDAY_DAYS:
            raise UnusableDeliveryError(f"holiday {holiday['id']} of schedule {schedule_id} lasts {days} days")
        for number in range(days):
            day = first + timedelta(days=number)
            rows.append(
                {
                    "schedule_id": schedule_id,
                    "holiday_id": holiday["id"],
                    "name": holiday.get("name"),
                    "holiday_date": day.isoformat(),
                    "is_removed": False,
                }
            )
    listed = [[str(row["holiday_id"]), row["holiday_date"]] for row in rows]
    removed = [each for each in known if each not in listed and each[1] >= today.isoformat()]
    rows += [
        {"schedule_id": schedule_id, "holiday_id": holiday, "holiday_date": day, "is_removed": True}
        for holiday, day in removed
    ]
    return rows, listed
