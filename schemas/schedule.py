"""When a sync runs by itself, judged by croniter: the library, in the version, that Prefect has inside.

So a schedule is accepted exactly where Prefect accepts it and will ever start a run by it. Prefect's own copy is in a
package that takes seconds to import; a test compares the two.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from croniter import CroniterBadDateError, croniter

from schemas.phrases import Phrase

# The 29th of February comes again after eight years at the latest, and all that depends on it.
_YEARS = 8
# Each field with its smallest and largest value. The last two may be left out.
_FIELDS = (
    ("minute", 0, 59),
    ("hour", 0, 23),
    ("day of the month", 1, 31),
    ("month", 1, 12),
    ("day of the week", 0, 7),
    ("second", 0, 59),
    ("year", 1970, 2099),
)
_FEWEST = 5


def wrong_with_schedule(text: str) -> Phrase | None:
    """Return what is wrong with a schedule, None where Prefect can read it.

    A minute, an hour, a day of the month, a month and a day of the week, as cron has them; croniter knows more than
    that: `L` for the last day, `5#3` for the third Friday, names such as `@daily`, and seconds as a sixth field.
    """
    if _is_read(text):
        return None
    parts = text.split()
    if not _FEWEST <= len(parts) <= len(_FIELDS):
        return Phrase("setting.cron_fields", {"n": len(parts)})
    for at, (part, (name, least, most)) in enumerate(zip(parts, _FIELDS, strict=False)):
        alone = ["*"] * len(parts)
        alone[at] = part
        if not _is_read(" ".join(alone)):
            field = Phrase(f"setting.cron_{name.replace(' ', '_')}")
            return Phrase("setting.cron_field", {"part": repr(part), "field": field, "least": least, "most": most})
    return Phrase("setting.cron_together")


def happens(text: str, after: datetime) -> bool:
    """Tell whether a schedule that can be read starts anything within eight years: the 31st of February never comes.

    Prefect looks for the next date of such a schedule again and again, and comes to nothing else.
    """
    try:
        croniter(text, after.replace(tzinfo=None), max_years_between_matches=_YEARS).get_next(datetime)
    except CroniterBadDateError:
        return False
    return True


def next_start(text: str, after: datetime, timezone: str) -> datetime | None:
    """Return when a schedule that can be read starts a run next, in its time zone; None where it never does."""
    try:
        found = croniter(text, after.astimezone(ZoneInfo(timezone)), max_years_between_matches=_YEARS).get_next(
            datetime
        )
    except CroniterBadDateError:
        return None
    start: datetime = found
    return start


def last_start(text: str, before: datetime, timezone: str) -> datetime | None:
    """Return when a schedule that can be read should last have started a run; None where it never did."""
    try:
        start: datetime = croniter(
            text, before.astimezone(ZoneInfo(timezone)), max_years_between_matches=_YEARS
        ).get_prev(datetime)
    except CroniterBadDateError:
        return None
    return start


def _is_read(text: str) -> bool:
    """Tell whether Prefect's `CronSchedule` accepts it: croniter does, and no field leaves its value to chance."""
    return croniter.is_valid(text) and not {part.casefold() for part in text.split()} & {"r", "h"}


def is_timezone(text: str) -> bool:
    """Tell whether the time zone is a known one, such as `Europe/Warsaw`."""
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        return False
    return True
