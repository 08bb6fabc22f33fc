"""What is in an agent's own file: its tables, each as a select over the warehouse with the agent in `_agent_key`.

What belongs here: which rows and columns an agent sees. What does not: writing files. Customers are not in it; what a customer
wrote is, where the installation keeps text (`keep_text`), as it was redacted when it was loaded.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class AgentTable:
    """One table: `sql` names the warehouse as `{warehouse}`; columns without a text in `texts` take the mart's."""

    name: str
    comment: str
    sql: str
    described_by: tuple[str, ...]
    texts: dict[str, str] = field(default_factory=dict)

    def select(self, warehouse: str) -> str:
        """The select statement over the warehouse, attached under this name."""
        return self.sql.replace("{warehouse}", warehouse)

    def comment_of(self, column: str, comments: dict[tuple[str, str], str]) -> str:
        """The text of a column: its own, else that of the first mart that has the column."""
        if column in self.texts:
            return self.texts[column]
        found = (comments[mart, column] for mart in self.described_by if (mart, column) in comments)
        return next(found, column.replace("_", " "))


AGENT_TABLES = (
    AgentTable(
        name="ratings",
        comment="One row per rating of your work: what the customer said, and whose the rating is.",
        sql="""
            select
                ratings.agent_key as _agent_key,
                ratings.response_key,
                ratings.ticket_key,
                tickets.ticket_url,
                tickets.contact_reason,
                tickets.channel,
                ratings.agent_team_name,
                ratings.scale,
                ratings.score,
                ratings.rating,
                ratings.rating_owner,
                ratings.stated_reason,
                ratings.comment_themes,
                ratings.comment_sentiment,
                answers.comment,
                ratings.responded_date,
                ratings.responded_at
            from {warehouse}.core.fct_csat_responses as ratings
            left outer join {warehouse}.core.fct_tickets as tickets on ratings.ticket_key = tickets.ticket_key
            left outer join {warehouse}.contract.csat_responses as answers on ratings.response_key = answers.response_key
        """,
        described_by=("fct_csat_responses", "fct_tickets"),
        texts={
            "comment": "What the customer wrote, redacted; null where the installation keeps no text.",
        },
    ),
    AgentTable(
        name="first_responses",
        comment="One row per contact that you answered first: how long the customer had waited for it.",
        sql="""
            select
                replies.agent_key as _agent_key,
                tickets.ticket_key,
                tickets.ticket_url,
                tickets.contact_reason,
                tickets.channel,
                tickets.market,
                tickets.first_response_calendar_seconds,
                tickets.first_response_business_seconds,
                tickets.waiting_from_at,
                tickets.first_response_at
            from {warehouse}.core.fct_tickets as tickets
            inner join (
                select
                    ticket_key,
                    replied_at,
                    min(message_key) as message_key,
                    arg_min(agent_key, message_key) as agent_key
                from {warehouse}.intermediate.int_agent_replies
                group by ticket_key, replied_at
            ) as replies
                on tickets.ticket_key = replies.ticket_key and tickets.first_response_at = replies.replied_at
        """,
        described_by=("fct_tickets",),
    ),
    AgentTable(
        name="weeks",
        comment="One row per week: what you did, how customers rated it, and the score with everybody's mix of contacts.",
        sql="""
            select
                agent_key as _agent_key,
                *
            from {warehouse}.direct.rpt_agent_performance_by_week
        """,
        described_by=("rpt_agent_performance_by_week",),
    ),
    AgentTable(
        name="build_info",
        comment="One row: which build this file is from, and whose it is.",
        sql="""
            select
                agents.agent_key as _agent_key,
                agents.agent_key,
                builds.build_id,
                builds.built_at
            from {warehouse}.core.dim_agents as agents
            cross join (
                select
                    min(build_id) as build_id,
                    min(built_at) as built_at
                from {warehouse}.meta.build_info
            ) as builds
        """,
        described_by=("build_info", "dim_agents"),
    ),
)
