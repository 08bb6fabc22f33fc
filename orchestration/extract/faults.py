"""What can be wrong with a delivery or a source, as exceptions; extraction turns each into a status.

Belongs here: the kinds of fault and what their messages must name. Faults of the configuration are
`orchestration.settings.ConfigurationError`.
"""

from dataclasses import dataclass

MAX_REJECTED = 100_000
"""A file with more unreadable records than this is not read as it was written: it is unusable as a whole."""


class UnreachableSourceError(Exception):
    """A source cannot be reached; the run goes on without it and freshness says so."""


class NotPermittedError(UnreachableSourceError):
    """The credentials are good and may not read this part; an extractor may go on without a part that plans can lack."""


class UnusableDeliveryError(Exception):
    """What was delivered cannot be used; nothing of the source is loaded."""


class UnusableFileError(UnusableDeliveryError):
    """A delivered file or table cannot be read as declared; the message names it and, where there is one, the line."""


class UndeclaredPersonalDataError(UnusableDeliveryError):
    """Values of a column look like e-mail addresses or telephone numbers, and the source does not declare it."""


class DerivedColumnError(UnusableDeliveryError):
    """A `derived` expression of sources.toml cannot be computed; the message names it, and never a value."""


@dataclass(frozen=True)
class Rejected:
    """One record that could not be read; `line` is where it begins in the file, counted from 1."""

    file_name: str
    line: int | None
    reason: str
