"""The raw tables that Zendesk fills: each column with its place in a record.

Belongs here: columns, keys, and what is personal. `$.own` holds what the extractor works out of a record by the settings.
"""

from orchestration.source_models import ApiTable

TICKET_FIELDS = {
    "id": "$.id",
    "url": "$.url",
    "status": "$.status",
    "priority": "$.priority",
    "via_type": "$.own.via_type",
    "channel": "$.own.channel",
    "tags": "$.own.tags",
    "subject": "$.subject",
    "description": "$.description",
    "requester_id": "$.own.requester_id",
    "submitter_id": "$.own.submitter_id",
    "assignee_id": "$.assignee_id",
    "assignee_hash": "$.own.assignee_hash",
    "group_id": "$.group_id",
    "brand_id": "$.brand_id",
    "ticket_form_id": "$.ticket_form_id",
    "custom_status_id": "$.custom_status_id",
    "problem_id": "$.problem_id",
    "order_id": "$.own.order_id",
    "seller_id": "$.own.seller_id",
    "market": "$.own.market",
    "language": "$.own.language",
    "reason": "$.own.reason",
    "product": "$.own.product",
    "app_version": "$.own.app_version",
    "customer_tier": "$.own.customer_tier",
    "requester_role": "$.own.requester_role",
    "previous_ticket_id": "$.own.previous_ticket_id",
    "is_spam": "$.own.is_spam",
    "is_test": "$.own.is_test",
    "is_bot_only": "$.own.is_bot_only",
    "is_item_not_received": "$.own.is_item_not_received",
    "reply_calendar_minutes": "$.metric_set.reply_time_in_minutes.calendar",
    "reply_business_minutes": "$.metric_set.reply_time_in_minutes.business",
    "reply_calendar_seconds": "$.metric_set.reply_time_in_seconds.calendar",
    "full_resolution_calendar_minutes": "$.metric_set.full_resolution_time_in_minutes.calendar",
    "reopens": "$.metric_set.reopens",
    "replies": "$.metric_set.replies",
    "initially_assigned_at": "$.metric_set.initially_assigned_at",
    "solved_at": "$.metric_set.solved_at",
    "created_at": "$.created_at",
    "updated_at": "$.updated_at",
    "counted_created_at": "$.own.counted_created_at",
    "generated_timestamp": "$.generated_timestamp",
}
TICKET_IGNORED = [
    "allow_attachments", "allow_channelback", "attribute_value_ids", "collaborator_ids", "custom_fields", "deleted_ticket_form_id",
    "due_at", "email_cc_ids", "encoded_id", "external_id", "fields", "follower_ids", "followup_ids", "forum_topic_id",
    "from_messaging_channel", "has_incidents", "is_public", "metric_set", "organization_id", "own", "raw_subject", "recipient", "requester_id",
    "result_type", "satisfaction_probability", "satisfaction_rating", "sharing_agreement_ids", "submitter_id",
    "support_type", "tags", "type", "via",
]  # fmt: skip
"""Known and left out: names and addresses, free fields that nobody chose, and what other tables say better."""
USER_IGNORED = [
    "alias", "chat_only", "custom_role_id", "default_group_id", "details", "entitlement", "last_login_at", "locale_id",
    "moderator", "name", "notes", "only_private_comments", "organization_id", "own", "phone", "photo", "report_csv",
    "restricted_agent", "role_type", "shared", "shared_agent", "shared_phone_number", "signature", "tags",
    "ticket_restriction", "time_zone", "two_factor_auth_enabled", "url", "user_fields", "verified", "abilities",
    "permanently_deleted", "external_id", "iana_time_zone", "remote_photo_url",
]  # fmt: skip


def tickets() -> ApiTable:
    """Tickets as they are now, with their metric sets."""
    return ApiTable(
        name="tickets",
        key=["id"],
        fields=TICKET_FIELDS,
        identities=["requester_id", "submitter_id", "assignee_hash"],
        free_text=["subject", "description"],
        required=["status", "created_at", "updated_at", "generated_timestamp"],
        ignored=TICKET_IGNORED,
        version="generated_timestamp",
    )


def of_ticket_events() -> list[ApiTable]:
    """What the child events of tickets' updates say: comments, changes, and the rest that the mappings look at."""
    comments = ApiTable(
        name="ticket_comments",
        key=["id"],
        fields={
            "id": "$.id",
            "ticket_id": "$.ticket_id",
            "author_id": "$.author_id",
            "public": "$.public",
            "body": "$.body",
            "via_type": "$.via_type",
            "channel": "$.channel",
            "is_automatic": "$.is_automatic",
            "language": "$.language",
            "created_at": "$.created_at",
        },
        identities=["author_id"],
        free_text=["body"],
        required=["ticket_id", "author_id", "public"],
    )
    changes = ApiTable(
        name="ticket_changes",
        key=["id", "field"],
        fields={
            "id": "$.id",
            "ticket_id": "$.ticket_id",
            "updater_id": "$.updater_id",
            "field": "$.field",
            "old_value": "$.old_value",
            "new_value": "$.new_value",
            "via_type": "$.via_type",
            "is_automatic": "$.is_automatic",
            "changed_at": "$.changed_at",
        },
        identities=["updater_id"],
        required=["ticket_id"],
    )
    events = ApiTable(
        name="ticket_events",
        key=["id", "kind"],
        fields={
            "id": "$.id",
            "ticket_id": "$.ticket_id",
            "kind": "$.kind",
            "value": "$.value",
            "public": "$.public",
            "created_at": "$.created_at",
        },
        unused="merges, schedules, offers of surveys and changed comments: joined by the mappings of other tables",
    )
    return [comments, changes, events]


def metric_events() -> ApiTable:
    """The vendor's own measuring of tickets, step by step."""
    return ApiTable(
        name="ticket_metric_events",
        key=["id"],
        fields={
            "id": "$.id",
            "ticket_id": "$.ticket_id",
            "metric": "$.metric",
            "instance_id": "$.instance_id",
            "type": "$.type",
            "status_calendar_minutes": "$.status.calendar",
            "status_business_minutes": "$.status.business",
            "sla_policy_id": "$.sla.policy.id",
            "sla_target_seconds": "$.sla.target_in_seconds",
            "sla_business_hours": "$.sla.business_hours",
            "deleted": "$.deleted",
            "time": "$.time",
        },
        required=["ticket_id", "metric", "type", "time"],
        ignored=["group_sla"],
        unused="for looking into single tickets: the contract's clocks are our own",
    )


def people() -> list[ApiTable]:
    """Everybody by hashes alone, agents also by their ids, and groups."""
    users = ApiTable(
        name="users",
        key=["id"],
        fields={
            "id": "$.id",
            "reference": "$.own.reference",
            "email": "$.email",
            "person_id": "$.own.person_id",
            "role": "$.role",
            "locale": "$.locale",
            "active": "$.active",
            "suspended": "$.suspended",
            "created_at": "$.created_at",
            "updated_at": "$.updated_at",
        },
        identities=["id", "reference", "email", "person_id"],
        required=["role", "created_at"],
        ignored=USER_IGNORED,
        version="updated_at",
    )
    agents = ApiTable(
        name="agents",
        key=["id"],
        fields={
            "id": "$.id",
            "user_hash": "$.id",
            "name": "$.name",
            "role": "$.role",
            "employment": "$.employment",
            "time_zone": "$.time_zone",
            "active": "$.active",
            "suspended": "$.suspended",
            "created_at": "$.created_at",
            "updated_at": "$.updated_at",
        },
        identities=["user_hash", "name"],
        version="updated_at",
    )
    groups = ApiTable(
        name="groups",
        key=["id"],
        fields={"id": "$.id", "name": "$.name", "deleted": "$.deleted", "updated_at": "$.updated_at"},
        not_personal=["name"],  # a team's own address at most
        required=["name"],
        ignored=["url", "description", "default", "is_public", "created_at"],
        unused="names of teams: joined by the mappings of tickets and their changes",
    )
    return [users, agents, groups]


def calendars() -> list[ApiTable]:
    """Schedules by version and interval, and holidays day by day."""
    intervals = ApiTable(
        name="schedule_intervals",
        key=["schedule_id", "valid_from_date", "version_number", "start_minute"],
        fields={
            "schedule_id": "$.schedule_id",
            "name": "$.name",
            "time_zone": "$.time_zone",
            "valid_from_date": "$.valid_from_date",
            "version_number": "$.version_number",
            "start_minute": "$.start_minute",
            "end_minute": "$.end_minute",
        },
        not_personal=["name"],
    )
    holidays = ApiTable(
        name="schedule_holidays",
        key=["schedule_id", "holiday_id", "holiday_date"],
        fields={
            "schedule_id": "$.schedule_id",
            "holiday_id": "$.holiday_id",
            "name": "$.name",
            "holiday_date": "$.holiday_date",
            "is_removed": "$.is_removed",
        },
    )
    return [intervals, holidays]


def satisfaction() -> list[ApiTable]:
    """Ratings of the old kind, and answers to surveys of the new one."""
    ratings = ApiTable(
        name="satisfaction_ratings",
        key=["id"],
        fields={
            "id": "$.id",
            "ticket_id": "$.ticket_id",
            "requester_id": "$.requester_id",
            "assignee_id": "$.assignee_id",
            "group_id": "$.group_id",
            "score": "$.score",
            "reason": "$.reason",
            "reason_code": "$.reason_code",
            "comment": "$.comment",
            "language": "$.own.language",
            "created_at": "$.created_at",
            "updated_at": "$.updated_at",
        },
        identities=["requester_id"],
        free_text=["comment"],
        required=["ticket_id", "score", "created_at", "updated_at"],
        ignored=["url", "reason_id", "own"],
        version="updated_at",
    )
    responses = ApiTable(
        name="survey_responses",
        key=["id"],
        fields={
            "id": "$.id",
            "ticket_id": "$.ticket_id",
            "responder_id": "$.responder_id",
            "survey_id": "$.survey_id",
            "rating": "$.rating",
            "rating_category": "$.rating_category",
            "scale": "$.scale",
            "reason": "$.reason",
            "comment": "$.comment",
            "language": "$.language",
            "answered_at": "$.answered_at",
        },
        identities=["responder_id"],
        free_text=["comment"],
    )
    return [ratings, responses]


def deleted_tickets() -> ApiTable:
    """Tickets deleted in the last 30 days, for the exact moment."""
    return ApiTable(
        name="deleted_tickets",
        key=["id"],
        fields={"id": "$.id", "deleted_at": "$.deleted_at", "previous_state": "$.previous_state"},
        required=["deleted_at"],
        ignored=["subject", "description", "actor"],
        unused="when a ticket was deleted: joined by the mapping of tickets",
    )
