"""The world's reviews as AppFollow has them.

Belongs here: from the contract's rows to the vendor's records. AppFollow dates a review by a day and a time in UTC.
"""

from typing import Any

from orchestration.demo.stand_ins.appfollow import AppfollowStandIn, Review
from orchestration.demo.world import World

STORES = {"app_store": "as", "google_play": "gp"}
COLLECTION = 9001


def from_world(world: World, *, token: str, **server: Any) -> AppfollowStandIn:
    """A stand-in whose account tracks the world's apps, with their reviews as known at the world's cut."""
    reviews = world_reviews(world)
    stores = {review["ext_id"]: review["store"] for review in reviews.values()}
    apps = [
        {
            "apps_id": COLLECTION,
            "app_id": 400 + number,
            "ext_id": ext_id,
            "store": stores[ext_id],
            "title": "Marketplace",
        }
        for number, ext_id in enumerate(sorted(stores))
    ]
    return AppfollowStandIn(apps, reviews, token=token, **server)


def world_reviews(world: World) -> dict[tuple[str, str], Review]:
    """The vendor's records by (ext_id, review_id)."""
    rows = world["app_reviews"].to_pylist()
    return {(row["app_id"], row["review_id"]): _review(number, row) for number, row in enumerate(rows, start=1)}


def _review(number: int, row: dict[str, Any]) -> Review:
    written, replied = row["reviewed_at"], row["replied_at"]
    changed = max(filter(None, (written, replied)))
    return {
        "id": 900_000 + number,
        "review_id": row["review_id"],
        "ext_id": row["app_id"],
        "app_id": 44,
        "store": STORES[row["store"]],
        "country": row["market"].lower(),
        "locale": row["market"].lower(),
        "lang_detect": row["language"],
        "date": f"{written:%Y-%m-%d}",
        "time": f"{written:%H:%M:%S}",
        "dt": f"{written:%Y-%m-%d %H:%M:%S}",
        "created": f"{written:%Y-%m-%d %H:%M:%S}",
        "updated": f"{changed:%Y-%m-%d %H:%M:%S}",
        "rating": row["rating"],
        "rating_prev": None,
        "title": row["title"] or "",
        "content": row["body"] or "",
        "author": f"Reader {number}",
        "user_id": f"u-{number}",
        "app_version": row["app_version"],
        "is_answer": 0,
        "has_answer": int(replied is not None),
        "answer_text": row["reply_body"],
        "answer_date": f"{replied:%Y-%m-%d}" if replied else None,
        "answer_time": f"{replied:%H:%M:%S}" if replied else None,
        "was_changed": int(bool(row["is_edited"])),
        "is_deleted": 0,
        "thumbs_up_cnt": 0,
        "thumbs_down_cnt": 0,
        "tags": [],
    }
