"""What every client shares: waiting, pacing, time limits, what counts as sent. All data is invented."""

from __future__ import annotations

import ssl
import threading
import time
from dataclasses import replace
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest
import requests
import urllib3.exceptions
from hypothesis import given
from hypothesis import strategies as st
from scripted import Reply, Seen, playing

from connectors.http.rate_limit import Pacer, Tools
from connectors.http.response import retry_after, without_answer
from schemas.errors import ConfigurationError, RequestRefused, ServiceError, UnknownOutcome, Unreachable
from tasks.messages.errors import spoken

NOW = 1_718_000_000.0


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0.0),
        (" 12 ", 12.0),
        (formatdate(NOW + 90, usegmt=True), 90.0),
        (formatdate(NOW - 90, usegmt=True), 0.0),
        ("Mon, 10 Jun 2024 06:14:00 -0000", 40.0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("nan", None),
        ("9" * 400, None),
        ("Mon, 99 Jun 2024 06:14:00 GMT", None),
    ],
)
def test_retry_after_is_read_in_both_forms(header: str, seconds: float | None) -> None:
    assert retry_after(header, NOW) == seconds


@given(st.text(max_size=40))
def test_retry_after_never_fails_and_is_never_negative(header: str) -> None:
    wait = retry_after(header, NOW)
    assert wait is None or wait >= 0


def test_a_read_waits_as_long_as_the_service_asks(make_usos: Any, fake_time: Any) -> None:
    busy = [Reply(429, "", (("Retry-After", "9"),)), Reply(503, "", (("Retry-After", "0"),))]
    with playing(*busy, Reply(body={"1": []})) as script:
        make_usos(script.url).select("user", ["1"])
    assert fake_time.waits == [9.0, 1.0]


def test_waiting_is_told_with_its_reason_its_attempt_and_its_end(make_usos: Any, fake_time: Any) -> None:
    told: list[tuple[str, int, int]] = []
    busy = [Reply(503, "", (("Retry-After", "9"),)), Reply(429, "", (("Retry-After", "4"),))]
    tools = replace(fake_time.tools(), waiting=lambda why, made, most: told.append((spoken(why), made, most)))
    with playing(*busy, Reply(body={"1": []})) as script:
        make_usos(script.url, tools=tools, attempts=3).select("user", ["1"])
    first, second = "usos: HTTP 503; next attempt in 9 s", "usos: HTTP 429; next attempt in 4 s"
    assert told == [(first, 1, 3), (first, 3, 3), (second, 2, 3), (second, 3, 3)]


def test_a_read_gives_up_where_the_wait_would_end_too_late(make_usos: Any, fake_time: Any) -> None:
    with playing(Reply(503, "", (("Retry-After", "3600"),))) as script, pytest.raises(Unreachable) as caught:
        make_usos(script.url).select("user", ["1"])
    assert fake_time.waits == []
    assert (caught.value.status, caught.value.retry_after, caught.value.attempts) == (503, 3600.0, 1)
    assert "HTTP 503; the service asks for a pause of 3600 s, longer than total_seconds = " in caught.value.message


def test_the_total_time_bounds_the_attempts(make_usos: Any, fake_time: Any) -> None:
    with playing(Reply(500, "")) as script, pytest.raises(Unreachable) as caught:
        make_usos(script.url, attempts=20, total_seconds=5).select("user", ["1"])
    assert fake_time.waits == [0.5, 1.0, 2.0]
    assert caught.value.attempts == 4


def test_an_answer_that_drips_in_ends_with_the_total_time(make_usos: Any) -> None:
    with playing(Reply(body={"success": True, "filling": "x" * 200}, breaks="drip")) as script:
        usos = make_usos(script.url, tools=Tools(), total_seconds=0.3, timeout_seconds=5)
        started = time.monotonic()
        with pytest.raises(UnknownOutcome, match="no answer in time"):
            usos.replace("user", "1", [])
        with pytest.raises(Unreachable):
            usos.select("user", ["1"])
        assert time.monotonic() - started < 3


def test_pacing_is_shared_by_all_threads(fake_time: Any) -> None:
    pacer = Pacer(10, Tools(sleep=fake_time.waits.append, monotonic=lambda: 0.0))
    threads = [threading.Thread(target=pacer.wait, args=(9.0,)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(fake_time.waits) == pytest.approx([step / 10 for step in range(1, 20)])


@pytest.mark.parametrize("status", [429, 503])
def test_a_pause_that_one_thread_is_asked_for_is_kept_by_all_of_them(make_usos: Any, status: int) -> None:
    began: list[float] = []

    def answer(seen: Seen) -> Reply:
        began.append(time.monotonic())
        busy = Reply(status, "", headers=(("Retry-After", "1"),))
        return busy if len(began) == 1 else Reply(body={"1": [], "2": [], "3": [], "4": []})

    with playing(answer=answer) as script:
        usos = make_usos(script.url, tools=Tools(), concurrency=2)
        with pytest.raises(UnknownOutcome):
            usos.replace("user", "1", [])
        usos.map_bounded(lambda number: usos.select("user", [str(number)]), range(1, 5))
    assert len(began) == 5
    assert began[1] - began[0] >= 0.99


def test_nobody_waits_for_a_pause_longer_than_a_call_may_take(make_usos: Any, fake_time: Any) -> None:
    with playing(Reply(429, "", headers=(("Retry-After", "3600"),)), Reply(body={"1": []})) as script:
        usos = make_usos(script.url, total_seconds=60)
        with pytest.raises(UnknownOutcome):
            usos.replace("user", "1", [])
        with pytest.raises(Unreachable, match="pause of another 3600 s"):
            usos.select("user", ["1"])
        assert (len(script.seen), fake_time.waits) == (1, [])
        fake_time.now += 3600
        assert usos.select("user", ["1"])


def test_every_attempt_is_paced(make_usos: Any, fake_time: Any) -> None:
    with playing(Reply(500, ""), Reply(body={"1": []})) as script:
        usos = make_usos(script.url, max_requests_per_second=0.1)
        usos.select("user", ["1"])
        usos.select("user", ["1"])
    assert fake_time.waits == pytest.approx([0.5, 9.5, 10.0])


def test_results_keep_the_order_and_the_first_failure_is_raised(make_usos: Any) -> None:
    usos = make_usos("http://127.0.0.1:9", concurrency=4)

    def slow_first(number: int) -> int:
        time.sleep(0.05 if number == 0 else 0)
        return -number

    assert usos.map_bounded(slow_first, range(10)) == [-number for number in range(10)]
    assert usos.map_bounded(slow_first, []) == []
    started: list[int] = []

    def fail(number: int) -> int:
        started.append(number)
        if number == 1:
            raise KeyError(number)
        time.sleep(0.01)
        return number

    with pytest.raises(KeyError):
        usos.map_bounded(fail, range(200))
    assert len(started) < 100


def test_every_request_says_who_asks_and_for_what(make_usos: Any) -> None:
    with playing(Reply(body={"1": []})) as script:
        make_usos(script.url).select("user", ["1"])
    assert {name: script.seen[0].headers[name] for name in ("User-Agent", "Accept")} == {
        "User-Agent": "phonesync",
        "Accept": "application/json",
    }


def test_a_method_of_usos_is_called_by_its_name(make_usos: Any) -> None:
    with playing(Reply(404, "")) as script, pytest.raises(ServiceError, match="services/phones/select"):
        make_usos(script.url).select("user", ["1"])


def test_the_environment_names_no_proxy(make_usos: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere")
    with playing(Reply(body={"1": []})) as script:
        assert make_usos(script.url).select("user", ["1"]) == {"1": ()}


def test_the_proxy_of_the_settings_is_used_and_its_absence_means_nothing_was_sent(make_usos: Any) -> None:
    with playing(Reply(body={"success": True})) as proxy:
        usos = make_usos("http://localhost:1", proxy=proxy.url)
        usos.replace("user", "1", [])
        assert proxy.seen[0].path == "http://localhost:1/services/phones/replace"
    nobody = make_usos("http://localhost:1", proxy="http://127.0.0.1:1")
    with pytest.raises(Unreachable, match="not sent"):
        nobody.replace("user", "1", [])


def test_a_missing_ca_bundle_is_a_matter_of_configuration(make_usos: Any, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="ca_bundle"):
        make_usos("https://usosapps.example.edu.pl", ca_bundle=tmp_path / "missing.pem")


def test_an_address_that_is_none_is_refused_before_sending(make_usos: Any) -> None:
    with pytest.raises(RequestRefused) as caught:
        make_usos("https://.example.edu.pl").select("user", ["1"])
    assert caught.value.attempts == 0


def _wrapped(reason: Exception) -> requests.ConnectionError:
    return requests.ConnectionError(urllib3.exceptions.MaxRetryError(None, "/secret", reason))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (_wrapped(urllib3.exceptions.SSLError(ssl.SSLCertVerificationError("self-signed"))), "untrusted"),
        (_wrapped(urllib3.exceptions.SSLError(ssl.SSLEOFError("EOF"))), "lost"),
        (_wrapped(urllib3.exceptions.NameResolutionError("h", None, OSError())), "unsent"),  # type: ignore[arg-type]
        (_wrapped(urllib3.exceptions.ConnectTimeoutError()), "unsent"),
        (requests.ReadTimeout(), "lost"),
        (requests.ConnectionError(urllib3.exceptions.ProtocolError("aborted", ConnectionResetError())), "lost"),
        (ConnectionResetError(), "lost"),
        (ValueError("odd"), "lost"),
    ],
)
def test_nothing_counts_as_unsent_unless_it_is_certain(error: Exception, kind: str) -> None:
    failure = without_answer(error)
    assert failure.kind == kind
    assert "secret" not in failure.reason
