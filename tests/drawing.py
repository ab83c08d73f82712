"""How laws draw: by the share of the profile's examples, and never without having seen what they are about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from hypothesis import HealthCheck, settings

# Time is measured in benchmarks, not in tests. What the suite draws is the same each time: a case that exploring has
# found becomes an explicit example.
PROFILE: Final = "phonesync"
_ALWAYS: Final = {"deadline": None, "database": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile(PROFILE, derandomize=True, max_examples=50, **_ALWAYS)
settings.register_profile("quick", derandomize=True, max_examples=20, **_ALWAYS)
settings.register_profile("explore", derandomize=False, max_examples=1000, print_blob=True, **_ALWAYS)
_ENOUGH: Final = settings.get_profile(PROFILE).max_examples
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
