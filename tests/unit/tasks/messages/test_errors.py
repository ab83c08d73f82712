"""An error that a run has kept is told later, in any language, as it would have been told at once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from schemas.errors import ApprovalNeeded, ConfigurationError, PhonesyncError, Unreachable
from schemas.phrases import Phrase
from schemas.problems import Problem
from schemas.reasons import FileCode
from tasks.messages.errors import error_of, kept_error, of_guards, spoken, told, told_again, told_whole
from tasks.messages.rendering import file_error

HIT = {"guard": "max_deletes", "value": 3, "limit": 2, "message": "3 entries would be deleted, limit 2"}
TRIED = {"connection": "usos", "operation": "services/phones/select", "attempts": Phrase("http.attempts", {"n": 5})}
SEEN = {"reason": Phrase("http.status", {"status": 503}), "words": "", "remedy": Phrase("http.do_later")}
SECRET = {"place": "connections.usos.consumer_key", "file": Path("/srv/key"), "why": OSError("no")}
STOPPED = {"sync": "one", "said": of_guards([HIT]), "so_far": Phrase("say.yes_so_far", {"n": 1, "of": 2}), "plan": "p"}
ERRORS = [
    error_of(ConfigurationError, "no_sync", {"sync": "'one'", "known": "two"}),
    error_of(ConfigurationError, "secret_unreadable", SECRET),
    error_of(Unreachable, "http_unreached", {**TRIED, **SEEN}),
    error_of(ApprovalNeeded, "guard_stopped", STOPPED),
    file_error(
        Path("/srv/one.csv"),
        Problem(FileCode.FILE_CLAIMED, {"other": "b", "line": "3", "sync": "two", "n": "1"}, 7),
        "one-file",
    ),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.name or str(error.problem.code))
def test_what_is_kept_is_told_again(error: PhonesyncError) -> None:
    kept = json.loads(json.dumps(kept_error(error)))
    assert kept["error"] == str(error)
    assert told_again(kept) == str(error) == told_whole(error)
    assert told_again(kept, "pl") == told_whole(error, "pl")
    assert told_whole(error, "pl") != told_whole(error)
    assert "{" not in told_whole(error, "pl")


def test_what_has_no_name_and_what_no_release_knows_any_more_speaks_english() -> None:
    plain = PhonesyncError("It failed.", remedy="Try again.")
    assert told(plain, "pl") == ("It failed.", "Try again.")
    kept = {"error": "It failed.", "error_code": "of_long_ago", "error_values": {}}
    assert told_again(kept, "pl") == "It failed."


def test_parts_are_said_together_as_a_list_or_one_after_the_other() -> None:
    both = [Phrase("http.no_answer"), Phrase("http.broke")]
    assert spoken(both, "pl") == "brak odpowiedzi na czas; połączenie zostało zerwane"
    assert spoken(("a", " ", "b"), "pl") == "a b"
    assert spoken({"en": "list", "pl": "lista"}, "pl") == "lista"
