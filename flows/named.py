"""How people are recorded who act in Prefect's pages; nothing slow is imported for it."""

from __future__ import annotations

from collections.abc import Mapping

FROM_PREFECT = " (Prefect)"
LONGEST_NAME = 100
# Where Prefect's server stands behind a proxy with a sign-in of its own: the header in which that says who it is.
USER_HEADER = "PHONESYNC_USER_HEADER"


def by_name(person: str, environ: Mapping[str, str]) -> str:
    """Return how somebody is recorded who was named in Prefect's pages.

    Nobody has checked that name, and it is marked so; where a proxy vouches for it, Prefect's server has seen to it.
    """
    name = " ".join(person.split())
    return name if environ.get(USER_HEADER) else f"{name}{FROM_PREFECT}"
