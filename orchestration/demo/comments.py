"""What buyers write in surveys and reviews, by theme, so that a tagger by rules can find the themes again.

Belongs here: the themes' sentences and how a comment is put together. Who writes one is decided by the surveys.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.demo.clock import Flags, Ints
from orchestration.demo.history import labels
from orchestration.demo.reasons import CODES as REASON_CODES
from orchestration.demo.texts import LANGUAGES

NEGATIVE, NEUTRAL, POSITIVE = range(3)
Said = tuple[str, tuple[str, ...]]
"""A sentence and the themes that it is about."""


@dataclass(frozen=True)
class Theme:
    """A theme, with what content and discontent people say about it."""

    code: str
    positive: tuple[str, ...]
    negative: tuple[str, ...]


THEMES = (
    Theme("delivery", ("Delivery was fast and on time.", "My parcel arrived early."),
          ("Delivery was late again.", "My parcel took far too long to arrive.")),
    Theme("tracking", ("I could track my parcel all the way.",), ("The tracking told me nothing.", "No tracking at all.")),
    Theme("price", ("Great prices.", "Cheap and good value."), ("Too expensive.", "The fees are too high.")),
    Theme("quality", ("The product quality is excellent.",), ("Poor quality, it broke after a week.",)),
    Theme("app_stability", ("The app is stable and quick.",), ("The app crashes all the time.", "App freezes and crashes.")),
    Theme("payment", ("Paying is simple.",), ("Payment failed and I was charged twice.", "Checkout payment does not work.")),
    Theme("usability", ("Easy to use and well designed.",),
          ("Confusing menu, I cannot find anything.", "Hard to use since the update.")),
    Theme("support", ("Friendly and helpful support.",), ("Support did not answer for days.", "Support was no help.")),
    Theme("returns", ("Returning was easy.",), ("The return was a pain and the refund is still missing.",)),
    Theme("range", ("Huge selection.", "I find everything here."), ("The selection is too small.",)),
)  # fmt: skip
INDEX = {theme.code: number for number, theme in enumerate(THEMES)}
CODES = [theme.code for theme in THEMES]

FOREIGN: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "de": (
        ("Tolle App, alles klappt.", "Sehr zufrieden, gern wieder."),
        ("Sehr schlecht, die App stürzt ab.", "Leider enttäuscht."),
    ),
    "fr": (
        ("Très bonne application.", "Je recommande, livraison rapide."),
        ("Très déçu, ça ne marche pas.", "Livraison en retard."),
    ),
    "ko": (("아주 좋아요. 추천합니다.", "배송이 빨라요."), ("앱이 자꾸 꺼져요.", "배송이 너무 늦어요.")),
}
CSAT_COMMENT_SHARE = 0.34
# What is said of a contact that was rated, and which themes that is about; praise that names nothing is about none.
CSAT_POSITIVE: tuple[Said, ...] = (
    ("Quick and friendly answer.", ("support",)),
    ("Very helpful, thank you!", ()),
    ("Problem solved, great support.", ("support",)),
)
CSAT_NEGATIVE: dict[str, tuple[Said, ...]] = {
    "where_is_my_order": (
        ("My parcel is still not here.", ("delivery",)),
        ("Nobody could tell me where the parcel is.", ("delivery",)),
    ),
    "item_not_received": (("I still have neither the item nor my money.", ("delivery", "returns")),),
    "payment_problem": (("I was charged twice and still wait for my money.", ("payment", "returns")),),
    "app_problem": (("The app still crashes.", ("app_stability",)),),
    "how_to": (("The menu is confusing, the agent was kind though.", ("usability", "support")),),
    "return_or_refund": (
        ("The refund takes far too long.", ("returns",)),
        ("Your return policy is unfair.", ("returns",)),
    ),
}
CSAT_NEGATIVE_ELSE: tuple[Said, ...] = (
    ("I waited far too long for an answer.", ("support",)),
    ("This was not resolved.", ("support",)),
    ("The agent did not read my message.", ("support",)),
)
CSAT_FOREIGN: dict[str, tuple[tuple[Said, ...], tuple[Said, ...]]] = {
    "de": (
        (("Schnelle und freundliche Antwort.", ("support",)), ("Alles bestens, danke!", ())),
        (("Ich habe viel zu lange gewartet.", ("support",)), ("Das Problem ist nicht gelöst.", ("support",))),
    ),
    "fr": (
        (("Réponse rapide et aimable.", ("support",)), ("Parfait, merci !", ())),
        (("J'ai attendu bien trop longtemps.", ("support",)), ("Mon problème n'est pas résolu.", ("support",))),
    ),
    "ko": (
        (("상담이 친절해요.", ("support",)), ("정말 감사합니다!", ())),
        (("답변이 너무 늦어요.", ("support",)), ("배송이 아직 안 됐어요.", ("delivery",))),
    ),
}


def _csat_pool() -> tuple[list[Said], dict[str, tuple[int, int]], list[tuple[int, int]]]:
    """Every comment that there is; begin and size of each language's pleased and displeased ones, and of each reason's."""
    pool = list(CSAT_POSITIVE)
    reasons = []
    for code in REASON_CODES:
        words = (*CSAT_NEGATIVE.get(code, ()), *CSAT_NEGATIVE_ELSE)
        reasons.append((len(pool), len(words)))
        pool += words
    languages = {"en+": (0, len(CSAT_POSITIVE))}
    for language, sides in CSAT_FOREIGN.items():
        for mood, words in zip("+-", sides, strict=True):
            languages[language + mood] = (len(pool), len(words))
            pool += words
    return pool, languages, reasons


CSAT_POOL, _CSAT_BY_LANGUAGE, _CSAT_BY_REASON = _csat_pool()


def is_pleased(said: int) -> bool:
    """Whether a comment, a position in `CSAT_POOL`, is one of the pleased."""
    return any(begin <= said < begin + size for name, (begin, size) in _CSAT_BY_LANGUAGE.items() if name.endswith("+"))


def csat_comments(rng: np.random.Generator, value: Ints, reason: Ints, language: Ints) -> Ints:
    """One in three writes something, in the contact's language; what the discontent write in English follows its reason.

    Args:
        language: positions in `texts.LANGUAGES`.

    Returns:
        Positions in `CSAT_POOL`; -1 for no comment.
    """
    draw = rng.random(len(value))
    pleased = value >= POSITIVE
    begin, size = np.array(_CSAT_BY_REASON)[reason].T
    for position, code in enumerate(LANGUAGES):
        for mood, chosen in (("+", pleased), ("-", ~pleased)):
            if (place := _CSAT_BY_LANGUAGE.get(code + mood)) is not None:
                here = chosen & (language == position)
                begin, size = np.where(here, place[0], begin), np.where(here, place[1], size)
    said = begin + (draw * size).astype(np.int64)
    return np.where(rng.random(len(value)) < CSAT_COMMENT_SHARE, said, -1)


def csat_columns(said: Ints, language: Ints) -> dict[str, pa.Array]:
    """The columns `comment` and `language` of answers that came with these comments."""
    return {
        "language": labels(LANGUAGES, np.where(said < 0, -1, language)),
        "comment": labels([text for text, _ in CSAT_POOL], said),
    }


def sentences(rng: np.random.Generator, theme: Ints, is_positive: Flags) -> pa.Array:
    """A sentence on each theme (-1: null)."""
    pool: list[str] = []
    table = np.zeros((len(THEMES), 2, 2), dtype=np.int64)
    for number, each in enumerate(THEMES):
        for side, words in enumerate((each.negative, each.positive)):
            table[number, side] = (len(pool), len(words))
            pool += words
    mood = is_positive.astype(np.int64)
    begins, counts = table[theme, mood, 0], table[theme, mood, 1]
    position = begins + (rng.random(len(theme)) * counts).astype(np.int64)
    return labels(pool, np.where(theme < 0, -1, position))


def joined(first: pa.Array, second: pa.Array) -> pa.Array:
    """Two sentences as one text: the first alone where there is no second, null where there is no first."""
    return pc.if_else(pc.is_null(second), first, pc.binary_join_element_wise(first, second, " "))


def foreign(rng: np.random.Generator, language: str, is_positive: Flags) -> pa.Array:
    """A sentence in another language than English."""
    positive, negative = FOREIGN[language]
    pool = [*positive, *negative]
    draw = rng.random(len(is_positive))
    offset, size = np.where(is_positive, 0, len(positive)), np.where(is_positive, len(positive), len(negative))
    return labels(pool, offset + (draw * size).astype(np.int64))
