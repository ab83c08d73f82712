"""What `phonesync serve` says of who is told."""

from __future__ import annotations

import pytest

from flows.orchestration.chores import told_whom
from schemas.settings import Notify

MAILED = Notify(mail_to=("desk@example.edu",), mail_from="we@example.edu")
BOTH = Notify.model_validate({"mail_to": ["desk@example.edu"], "apprise": [{"env": "MAIL"}]})


@pytest.mark.parametrize(
    ("notify", "told", "begins"),
    [
        (Notify(), 0, ["No notifications are set up"]),
        (Notify(), 2, ["2 addresses are notified of: failed, "]),
        (MAILED, 0, ["mail_to is used only by commands"]),
        (MAILED, 1, ["1 addresses are notified of: failed, ", "mail_to is used only by commands"]),
        (BOTH, 1, ["1 addresses are notified of: failed, "]),
    ],
)
def test_who_is_told_is_said_and_who_is_not(notify: Notify, told: int, begins: list[str]) -> None:
    said = list(told_whom(notify, told, "en"))
    assert [one.startswith(begin) for one, begin in zip(said, begins, strict=True)] == [True] * len(begins)
    assert len(list(told_whom(notify, told, "pl"))) == len(said)
