"""How laws draw: by the share of the profile's examples, and never without having seen what they are about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import wraps
from typing import Any

from hypothesis import settings

_ENOUGH = settings.get_profile("phonesync").max_examples
_seen: Counter[str] = Counter()


def share(of_the_profile: float, **more: Any) -> settings:
    """Return settings with this share of the examples that the profile draws."""
    return settings(max_examples=max(1, round(settings().max_examples * of_the_profile)), **more)


def saw(*cases: str) -> None:
    """Count what an example was about."""
    _seen.update(cases)


def sees(*cases: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Let a law fail after its last example where one of these cases did not occur: it would be true of nothing.

    The few examples of `make quick` need not have them all.
    """

    def decorate(law: Callable[..., None]) -> Callable[..., None]:
        @wraps(law)
        def watched(*args: Any, **kwargs: Any) -> None:
            _seen.clear()
            law(*args, **kwargs)
            missing = sorted(set(cases) - set(_seen)) if settings().max_examples >= _ENOUGH else []
            assert not missing, f"no example had {', '.join(missing)}; seen: {dict(_seen)}"

        return watched

    return decorate
