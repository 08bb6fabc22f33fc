"""The child events of a ticket's updates: who wrote what, and what was changed from what to what.

Belongs here: one update ("audit") of the export `ticket_events`. Child events that say nothing of these are passed over, as
the vendor asks: kinds are added at any time.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from orchestration.extract.zendesk.tickets import person
from orchestration.extract.zendesk.via import AUTOMATIC, via_source, via_type

CHANGED = {"status": "status", "assignee_id": "assignee", "group_id": "team", "priority": "priority"}
"""Fields of a ticket whose changes are kept, and their names in the contract."""
COMMENTS = frozenset({"Comment", "VoiceComment", "FacebookComment"})
SURVEYS = {"surveyoffered": "survey_offered", "surveyresponsesubmitted": "survey_submitted"}
"""Beginnings of the kinds of survey events, of which no sample was to be had: spaces, underscores and case do not count."""
RESPONSE_IDS = ("survey_response_id", "response_id")
MERGED_TAG = "closed_by_merge"


@dataclass
class Rows:
    """Rows of the three tables that come of updates; `response_ids` are answers to surveys that events name."""

    comments: list[dict[str, Any]] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    response_ids: set[str] = field(default_factory=set)
    nameless_responses: int = 0


def read_update(update: dict[str, Any], rows: Rows, languages: Mapping[Any, str], channels: Mapping[str, str]) -> None:
    """Add what one update says to the rows.

    Args:
        update: one record of `ticket_events`, with its `child_events`.
        rows: to add to.
        languages: of tickets, where known.
        channels: by way of coming in, as the settings say.
    """
    at = update.get("created_at") or _instant(update.get("timestamp"))
    common = {"ticket_id": update.get("ticket_id")}
    children = update.get("child_events") or ()
    is_merged_away = False
    for child in children:
        kind = child.get("event_type") or child.get("type") or ""
        via = child["via"] if child.get("via") not in (None, "") else update.get("via")
        way = via_type(via)
        by_rule = way in AUTOMATIC
        if kind in COMMENTS:
            language = languages.get(common["ticket_id"])
            rows.comments.append(_comment(child) | common | {
                "via_type": way,
                "channel": channels.get(way or ""),
                "is_automatic": by_rule,
                "language": language,
                "created_at": child.get("created_at") or at,
            })  # fmt: skip
        elif kind in ("Create", "Change"):
            for name, old, new in _changes(child, kind):
                is_merged_away |= name == "status" and new == "closed"
                is_merged_away |= name == "tags" and MERGED_TAG in (new or ())
                if name in CHANGED:
                    rows.changes.append(common | {
                        "id": child.get("id"),
                        "updater_id": None if by_rule else person(update.get("updater_id")),
                        "field": CHANGED[name],
                        "old_value": old,
                        "new_value": new,
                        "via_type": way,
                        "is_automatic": by_rule,
                        "changed_at": at,
                    })  # fmt: skip
        else:
            _other(child, kind, common | {"created_at": at}, rows)
    target = _merge_target(update, children)
    if is_merged_away and target is not None and str(target) != str(update.get("ticket_id")):
        rows.events.append(common | {"id": update.get("id"), "kind": "merge", "value": target, "created_at": at})


def _comment(child: dict[str, Any]) -> dict[str, Any]:
    """What a comment says of itself. Only what is there: a field that is renamed has to be missed."""
    comment = {name: child[name] for name in ("id", "author_id", "public") if name in child}
    if "author_id" in comment:
        comment["author_id"] = person(comment["author_id"])
    return comment | {"body": child.get("plain_body") or child.get("body")}


def _changes(child: dict[str, Any], kind: str) -> list[tuple[str, Any, Any]]:
    """Name, old and new value of what a child event changed: the export names the field itself, audits in `field_name`."""
    old = None if kind == "Create" else child.get("previous_value")
    if "field_name" in child:
        return [(child["field_name"], _plain(old), _plain(child.get("value")))]
    return [(name, _plain(old), _plain(child[name])) for name in (*CHANGED, "tags") if name in child]


def _plain(value: Any) -> Any:
    return None if value in ("", -1, "-1") else value


def _other(child: dict[str, Any], kind: str, common: dict[str, Any], rows: Rows) -> None:
    """Events about comments, schedules and surveys."""
    if kind == "CommentPrivacyChange":
        said = {"kind": "privacy", "value": child.get("comment_id"), "public": child.get("public")}
    elif kind in ("CommentRedactionEvent", "CommentRedaction"):
        said = {"kind": "redaction", "value": child.get("comment_id")}
    elif kind == "ScheduleAssignment":
        said = {"kind": "schedule", "value": child.get("new_schedule_id")}
    else:
        plain = kind.replace(" ", "").replace("_", "").lower()
        survey = next((named for begins, named in SURVEYS.items() if plain.startswith(begins)), None)
        if survey is None:
            return
        response_id = next((child[name] for name in RESPONSE_IDS if child.get(name)), None)
        said = {"kind": survey, "value": response_id}
        if response_id is None:
            rows.nameless_responses += 1
        else:
            rows.response_ids.add(str(response_id))
    rows.events.append(common | said | {"id": child.get("id")})


def _merge_target(update: dict[str, Any], children: Any) -> Any:
    """The other ticket of a merge, if this is one and says so: in its source, or as the reference of its way."""
    for said in (update, *children):
        via = said.get("via")
        source = via_source(via)
        if via_type(via) != "merge" and source.get("rel") != "merge":
            continue
        for side in ("to", "from"):
            named = source.get(side) or {}
            if named.get("ticket_id"):
                return named["ticket_id"]
        reference = said.get("via_reference_id") or next(
            (child["via_reference_id"] for child in children if child.get("via_reference_id")), None
        )
        if reference:
            return reference
    return None


def _instant(seconds: Any) -> str | None:
    if seconds is None:
        return None
    return f"{datetime.fromtimestamp(int(seconds), UTC):%Y-%m-%dT%H:%M:%SZ}"
