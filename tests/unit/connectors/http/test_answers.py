"""What the words of a service never show. Every secret here is invented."""

from __future__ import annotations

import pytest

from connectors.http.response import Dialect

PLAIN = Dialect(words=str, refuses_access=lambda _status, _body: False, access_remedy="")


@pytest.mark.parametrize("said", ["the key open sesame/1 is bad", "open+sesame%2F1", "open%20sesame%2F1"])
def test_a_secret_is_hidden_however_an_address_spells_it(said: str) -> None:
    hidden = PLAIN.keeping("open sesame/1").hide(said)
    assert "•••" in hidden
    assert "sesame" not in hidden


@pytest.mark.parametrize("secret", ["", "a", "key"])
def test_a_secret_too_short_to_be_one_hides_no_words(secret: str) -> None:
    said = "a bad key was sent"
    assert PLAIN.keeping(secret).hide(said) == said
    assert PLAIN.keeping(secret, "sent").hide(said) == "a bad key was •••"


def test_a_secret_within_another_uncovers_nothing_of_it() -> None:
    assert PLAIN.keeping("open", "openly").hide("it said openly") == "it said •••"
