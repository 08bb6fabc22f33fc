"""What an installation says of its Delighted archive, and the raw table that the archive's files fill.

Both shapes of the archive, the interface's JSON and the CSV export, become one table, so that one response in both is one.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from orchestration.source_models import ArchiveSource, FileTable, Mapping

Column = Literal[
    "response_id", "survey_type", "score", "comment", "created_at", "updated_at", "tags", "person_id", "person_email"
]
Property = Annotated[str, Field(pattern=r'^[^"]+$')]

PLACES: dict[Column, list[str]] = {
    "response_id": ["$.id", "Response ID"],
    "survey_type": ["$.survey_type", "Survey Type"],
    "score": ["$.score", "Score"],
    "comment": ["$.comment", "Comment"],
    "created_at": ["$.created_at", "Created At"],
    "updated_at": ["$.updated_at", "Updated At"],
    "tags": ["$.tags", "Tags"],
    # The interface gave the person's id alone, or the person where it was asked to.
    "person_id": ["$.person.id", "$.person", "Person ID"],
    "person_email": ["$.person.email", "Person Email", "Email"],
}
ANSWERED_AT = """
case
    when regexp_matches(created_at, '^[0-9]+$')
        then strftime(make_timestamp(try_cast(created_at as bigint) * 1000000), '%Y-%m-%dT%H:%M:%SZ')
    else regexp_replace(created_at, ' UTC$', 'Z')
end
"""
SMART_TRENDS = """
array_to_string(
    list_sort(list_distinct([
        regexp_replace(lower(trim(substr(trim(tag), {length} + 1))), '[^[:alnum:]]+', '_', 'g')
        for tag in case when starts_with(trim(tags), '[') and json_valid(tags) then json_extract_string(tags, '$[*]') else string_split(tags, ',') end
        if starts_with(lower(trim(tag)), {prefix})
    ])),
    '|'
)
"""


class DelightedSource(ArchiveSource):
    """One Delighted archive.

    The `_property` settings name the person's properties that hold the shop's own customer, ticket and market;
    `csv_columns` the CSV export's columns where they are called otherwise than expected.
    """

    kind: Literal["delighted"]
    files: str = "*.[cj]s*"
    survey_type: Literal["nps", "csat", "ces"] | None = None
    ces_points: Literal[5, 7] = 7
    customer_property: Property | None = None
    ticket_property: Property | None = None
    market_property: Property | None = None
    smart_trend_prefix: str = Field(default="Smart trend:", min_length=1)
    csv_columns: dict[Column, str] = Field(default_factory=dict)
    time_zone: str | None = None

    scopes: ClassVar[str] = "nothing: the archive's files are read"

    def own_tables(self) -> list[FileTable]:
        """One table: survey responses of every type."""
        fields: dict[str, str | list[str]] = {
            name: [*([self.csv_columns[name]] if name in self.csv_columns else []), *places]
            for name, places in PLACES.items()
        }
        for name, named in (
            ("customer", self.customer_property),
            ("ticket_id", self.ticket_property),
            ("market", self.market_property),
        ):
            fields[name] = [f'$.person_properties."{named}"', named] if named else []
        typed = [] if self.survey_type else ["survey_type"]
        return [
            FileTable(
                name="survey_responses",
                files=self.files,
                fields=fields,
                key=["response_id"],
                required=["score", "created_at", *typed],
                identities=["customer", "person_id", "person_email"],
                free_text=["comment"],
                derived=self._derived(),
            )
        ]

    def own_mappings(self) -> list[Mapping]:
        """Each response becomes one of three entities, by its survey's type."""
        effort = "ces_responses" if self.ces_points == 7 else "ces_responses_of_five_points"
        return [
            Mapping(
                entity="nps_responses",
                sql="delighted/nps_responses.sql",
                accounts_for=["survey_responses"],
                time_zone=self.time_zone,
            ),
            Mapping(entity="csat_responses", sql="delighted/csat_responses.sql", time_zone=self.time_zone),
            Mapping(entity="ces_responses", sql=f"delighted/{effort}.sql", time_zone=self.time_zone),
        ]

    def _derived(self) -> dict[str, str]:
        unstated = f"'{self.survey_type}'" if self.survey_type else "null"
        prefix = self.smart_trend_prefix.strip().lower().replace("'", "''")
        return {
            "survey": f"coalesce(nullif(lower(trim(survey_type)), ''), {unstated})",
            "responded_at": ANSWERED_AT,
            "smart_trends": SMART_TRENDS.format(prefix=f"'{prefix}'", length=len(self.smart_trend_prefix.strip())),
        }
