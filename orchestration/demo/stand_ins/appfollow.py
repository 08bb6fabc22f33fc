"""A stand-in of AppFollow's API v2: collections, their apps, and reviews by app and day.

The vendor publishes no schema of its answers. This follows the two shapes that programs reading it rely on: `envelope` says
which. A request of reviews costs credits, of which an account has so many.
"""

from datetime import date
from typing import Any, Literal

from orchestration.demo.stand_ins.server import Answer, Request, StandIn

REVIEWS_COST = 10
Review = dict[str, Any]


class AppfollowStandIn(StandIn):
    """`apps` are the entries of a collection's list; `reviews` the vendor's records by (ext_id, review_id), newest first when
    listed. Tests and the demo change them between runs.
    """

    def __init__(
        self,
        apps: list[dict[str, Any]],
        reviews: dict[tuple[str, str], Review],
        *,
        token: str,
        envelope: Literal["nested", "flat"] = "nested",
        page_size: int = 100,
        credits: int = 1_000_000,
        **server: Any,
    ) -> None:
        super().__init__(**server)
        self.apps, self.reviews = apps, reviews
        self.token, self.envelope, self.page_size, self.credits = token, envelope, page_size, credits
        self.route("GET", "/api/v2/account/apps", self._collections)
        self.route("GET", "/api/v2/account/apps/app", self._collection)
        self.route("GET", "/api/v2/reviews", self._reviews)
        self.route("GET", "/api/v2/reviews/stats", self._stats)

    def _collections(self, request: Request) -> Answer:
        if refused := self._refused(request):
            return refused
        ids = sorted({app["apps_id"] for app in self.apps})
        listed = [
            {
                "id": number,
                "title": f"Collection {number}",
                "title_normalized": f"collection-{number}",
                "count_apps": sum(app["apps_id"] == number for app in self.apps),
                "countries": "us,de",
                "languages": "en,de",
                "created": "2024-10-01",
                "tags": [],
            }
            for number in ids
        ]
        return Answer({"apps": listed})

    def _collection(self, request: Request) -> Answer:
        if refused := self._refused(request):
            return refused
        if not request.query.get("apps_id", "").isdecimal():
            return Answer({"error": {"code": 400, "msg": "apps_id"}}, 400)
        number = int(request.query["apps_id"])
        listed = [
            {
                "app_id": app["app_id"],
                "app": {"id": app["app_id"], "ext_id": app["ext_id"], "title": app["title"]},
                "store": app["store"],
                "count_reviews": sum(ext_id == app["ext_id"] for ext_id, _ in self.reviews),
                "count_whatsnew": 0,
                "created": "2024-10-01 00:00:00",
                "has_reply_integration": 1,
                "is_favorite": 0,
                "watch_url": f"https://appfollow.example/{app['ext_id']}",
            }
            for app in self.apps
            if app["apps_id"] == number
        ]
        return Answer({"apps_app": listed})

    def _reviews(self, request: Request) -> Answer:
        if refused := self._refused(request):
            return refused
        if self.credits < REVIEWS_COST:
            return Answer({"error": {"code": 402, "msg": "Not enough credits"}}, 402)
        self.credits -= REVIEWS_COST
        found = self._found(request)
        if isinstance(found, Answer):
            return found
        number = int(request.query.get("page", 1))
        listed = found[(number - 1) * self.page_size : number * self.page_size]
        pages = -(-len(found) // self.page_size)
        if self.envelope == "flat":
            return Answer({"reviews": listed, "pages_count": pages, "total": len(found)})
        page = {"current": number, "next": number + 1 if number < pages else None, "total": pages}
        return Answer({"reviews": {"list": listed, "page": page, "total": len(found)}})

    def _stats(self, request: Request) -> Answer:
        if refused := self._refused(request):
            return refused
        found = self._found(request)
        if isinstance(found, Answer):
            return found
        app = next(app for app in self.apps if app["ext_id"] == request.query["ext_id"])
        answered = sum(bool(review["has_answer"]) for review in found)
        stat = {"app_id": app["app_id"], "title": app["title"], "reviews": len(found), "replies": answered}
        return Answer({"ext_id": app["ext_id"], "store": app["store"], "reviews_stat": stat})

    def _found(self, request: Request) -> list[Review] | Answer:
        """The app's reviews of the days asked for, newest first; both days included."""
        try:
            ext_id = request.query["ext_id"]
            first = date.fromisoformat(request.query["from"]).isoformat()
            through = date.fromisoformat(request.query["to"]).isoformat()
        except (KeyError, ValueError):
            return Answer({"error": {"code": 400, "msg": "ext_id, from and to (YYYY-MM-DD) are required"}}, 400)
        if ext_id not in {app["ext_id"] for app in self.apps}:
            return Answer({"error": {"code": 403, "msg": "The app is not in your account"}}, 403)
        country = request.query.get("country")
        found = [
            review
            for (app, _), review in self.reviews.items()
            if app == ext_id and first <= review["date"] <= through and country in (None, review["country"])
        ]
        return sorted(found, key=lambda review: (review["date"], review["time"], review["review_id"]), reverse=True)

    def _refused(self, request: Request) -> Answer | None:
        if request.headers.get("X-AppFollow-API-Token") != self.token:
            return Answer({"error": {"code": 401, "msg": "Unauthorized"}}, 401)
        return None
