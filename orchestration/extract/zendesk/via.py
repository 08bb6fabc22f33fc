"""By which way something came into Zendesk, whatever form its `via` has.

Belongs here: one name for what the interface writes as an object, a number or a text. Which channel of the contract that is
stands in the mappings.
"""

import re
from typing import Any

VIA_TYPES = {
    0: "web_form",
    4: "mail",
    5: "web_service",
    8: "rule",
    9: "linked_problem",
    10: "group_deletion",
    11: "user_change",
    12: "user_deletion",
    13: "group_change",
    14: "resource_push",
    15: "iphone",
    16: "get_satisfaction",
    17: "dropbox",
    19: "merge",
    20: "batch",
    21: "recovered_from_suspended_tickets",
    22: "automatic_solution_suggestions",
    23: "twitter_favorite",
    24: "topic",
    25: "user_merge",
    26: "twitter_dm",
    27: "closed_ticket",
    28: "logmein_rescue",
    29: "chat",
    30: "twitter",
    31: "ticket_sharing",
    32: "macro_reference",
    33: "voicemail",
    34: "phone_call_inbound",
    35: "phone_call_outbound",
    36: "blog",
    37: "text_message",
    38: "facebook_post",
    39: "import",
    40: "github",
    41: "facebook_message",
}
"""The vendor's numbers of ways ("Via types reference")."""
# Ticket events write the way in words ("Phone call (incoming)"), tickets by a short name ("email").
SPELLINGS = {
    "email": "mail",
    "web": "web_form",
    "web_service_(api)": "web_service",
    "api": "web_service",
    "trigger": "rule",
    "automation": "rule",
    "trigger,_automation": "rule",
    "phone_call_(incoming)": "phone_call_inbound",
    "phone_call_(outbound)": "phone_call_outbound",
    "phone_call_(outgoing)": "phone_call_outbound",
    "feedback_tab": "dropbox",
    "help_center": "helpcenter",
}
VOICE = {"inbound": "phone_call_inbound", "outbound": "phone_call_outbound", "voicemail": "voicemail"}
AUTOMATIC = frozenset({"rule", "rule_revision", "automatic_solution_suggestions"})
"""Ways by which nobody acts: triggers, automations, and what stands for them."""


def via_type(via: Any) -> str | None:
    """The vendor's name of the way, in lower case with underscores; None when there is none.

    Args:
        via: `{"channel": "email", ...}`, `4`, `"4"`, `"Mail"` or null.
    """
    if isinstance(via, dict):
        named = via_type(via.get("channel"))
        if named == "voice":
            return VOICE.get(str((via.get("source") or {}).get("rel")), named)
        return named
    if via is None or via == "" or isinstance(via, bool):
        return None
    if isinstance(via, int) or str(via).isdecimal():
        return VIA_TYPES.get(int(via), str(via))
    name = re.sub(r"[\s-]+", "_", str(via).strip().lower())
    return SPELLINGS.get(name, name)


def via_source(via: Any) -> dict[str, Any]:
    """What a way says of where it came from: `from`, `to` and `rel`; empty when it says nothing."""
    source = via.get("source") if isinstance(via, dict) else None
    return source if isinstance(source, dict) else {}
