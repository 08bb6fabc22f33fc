"""What an installation says of an AppFollow account, and the raw table it fills."""

from typing import ClassVar, Literal

from pydantic import Field

from orchestration.source_models import ApiSource, ApiTable, Mapping

REVIEW_FIELDS = {
    "ext_id": "$.ext_id",
    "review_id": "$.review_id",
    "store": "$.store",
    "country": "$.country",
    "locale": "$.locale",
    "language": "$.lang_detect",
    "app_version": "$.app_version",
    "tags": "$.tags",
    "title": "$.title",
    "body": "$.content",
    "reply_body": "$.answer_text",
    "rating": "$.rating",
    "rating_prev": "$.rating_prev",
    "has_answer": "$.has_answer",
    "was_changed": "$.was_changed",
    "is_deleted": "$.is_deleted",
    "date": "$.date",
    "time": "$.time",
    "updated": "$.updated",
    "answer_date": "$.answer_date",
    "answer_time": "$.answer_time",
}
IGNORED = [
    "id",
    "internal_id",
    "app_id",
    "author",
    "user_id",
    "dt",
    "created",
    "is_answer",
    "thumbs_up_cnt",
    "thumbs_down_cnt",
]


class AppfollowSource(ApiSource):
    """One AppFollow account.

    `apps` are the stores' own ids of the apps to read (AppFollow's `ext_id`); empty means all of the account's collections.
    `time_zone` is the zone in which the vendor's times are read, which name none.
    """

    kind: Literal["appfollow"]
    base_url: str = "https://api.appfollow.io/api/v2"
    token_env: str = "APPFOLLOW_API_TOKEN"
    look_back_days: float = Field(default=30, ge=0)
    apps: list[str] = Field(default_factory=list)
    time_zone: str = "UTC"

    credentials: ClassVar[tuple[str, ...]] = ("token_env",)
    scopes: ClassVar[str] = "a plan whose API reads reviews, with these apps among the account's"
    lag_seconds: ClassVar[float] = 86_400
    """The vendor collects from the stores in rounds that it does not publish; a day is assumed."""

    def own_tables(self) -> list[ApiTable]:
        """One table: reviews of all apps."""
        return [
            ApiTable(
                name="reviews",
                key=["ext_id", "review_id"],
                fields=REVIEW_FIELDS,
                free_text=["title", "body", "reply_body"],
                required=["store", "rating", "date", "time", "body"],
                ignored=IGNORED,
                version="updated",
            )
        ]

    def own_mappings(self) -> list[Mapping]:
        """Reviews become reviews."""
        return [
            Mapping(
                entity="app_reviews",
                sql="appfollow/app_reviews.sql",
                accounts_for=["reviews"],
                time_zone=self.time_zone,
            )
        ]
