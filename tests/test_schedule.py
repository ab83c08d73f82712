"""What a schedule may say; Prefect has to understand whatever is accepted."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prefect.client.schemas.schedules import CronSchedule

from flows.config import load
from schemas.errors import ConfigurationError
from schemas.schedule import is_timezone, wrong_with_schedule

FIELDS = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 6)]


@pytest.mark.parametrize(
    "text", ["15 2 * * *", "*/5 6-18 * * mon-fri", "0 0 1,15 jan,jul 0", "0-30/10 * * * *", "0 3 * * 7"]
)
def test_good_ones(text: str) -> None:
    assert wrong_with_schedule(text) == ""
    CronSchedule(cron=text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "five fields are needed, and there are 0"),
        ("@daily", "there are 1"),
        ("0 2 * * * *", "there are 6"),
        ("60 2 * * *", "'60' is no minute"),
        ("0 24 * * *", "'24' is no hour"),
        ("0 2 0 * *", "is no day of the month"),
        ("0 2 * 13 *", "is no month"),
        ("0 2 * * 8", "is no day of the week"),
        ("0 2 * * fri-mon", "is no day of the week"),
        ("*/0 2 * * *", "is no minute"),
        ("5/10 2 * * *", "is no minute"),
        ("H 2 * * *", "is no minute"),
        ("0 2 L * *", "is no day of the month"),
        ("0 2 * * ١", "is no day of the week"),
    ],
)
def test_bad_ones_are_told_by_their_field(text: str, said: str) -> None:
    assert said in wrong_with_schedule(text)


def _field(least: int, most: int) -> st.SearchStrategy[str]:
    value = st.integers(least, most)
    span = st.tuples(value, value).map(lambda pair: f"{min(pair)}-{max(pair)}")
    step = st.tuples(st.just("*") | span, st.integers(1, most)).map(lambda pair: f"{pair[0]}/{pair[1]}")
    return st.lists(st.just("*") | value.map(str) | span | step, min_size=1, max_size=3).map(",".join)


@given(st.tuples(*[_field(*limits) for limits in FIELDS]).map(" ".join))
def test_whatever_is_accepted_is_understood_by_prefect(text: str) -> None:
    assert wrong_with_schedule(text) == ""
    CronSchedule(cron=text)


@given(st.text("0123456789*/,- monjafri", max_size=30))
def test_any_text_is_judged_and_what_passes_is_understood(text: str) -> None:
    if not wrong_with_schedule(text):
        CronSchedule(cron=text)


def test_time_zones() -> None:
    assert is_timezone("Europe/Warsaw")
    assert not is_timezone("Europe/Cracow")
    assert not is_timezone("../../etc/passwd")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('schedule = "2:00"', "syncs.faculties.schedule: five fields are needed, and there are 1"),
        ('timezone = "Warsaw"', "syncs.faculties.timezone: there is no such time zone; give one such as Europe/Warsaw"),
        ('schedul = "0 2 * * *"', "syncs.faculties.schedul: unknown key; did you mean schedule?"),
    ],
)
def test_a_wrong_key_is_told_with_its_place(tmp_path: Path, line: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as wrong:
        load(_written(tmp_path, line))
    assert said in str(wrong.value)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('on = ["sometimes"]', "notify.on.0: it should be 'failed', 'blocked' or 'recovered'"),
        ('webhook = ["https://hooks.example.com/secret-token"]', "notify.webhook.0: "),
        ("webhok = []", "notify.webhok: unknown key; did you mean webhook?"),
        ('apprise = [{ enw = "MAIL" }]', "notify.apprise.0.enw: unknown key; did you mean env?"),
    ],
)
def test_a_wrong_notification_is_told_and_never_quoted(tmp_path: Path, table: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as wrong:
        load(_written(tmp_path, f"[notify]\n{table}"))
    assert said in str(wrong.value)
    assert "secret-token" not in str(wrong.value)


def test_files_of_addresses_are_beside_the_configuration(tmp_path: Path) -> None:
    settings = load(_written(tmp_path, '[notify]\nwebhook = [{ file = "secrets/hook" }]'))
    assert settings.notify.webhook[0].file == tmp_path / "secrets" / "hook"


def _written(folder: Path, more: str) -> Path:
    file = folder / "phonesync.toml"
    usos = '[connections.usos]\nkind = "usos"\nbase_url = "http://127.0.0.1:1"\n'
    secrets = 'consumer_key = { env = "A" }\nconsumer_secret = { env = "B" }\n'
    sync = '[syncs.faculties]\nconnection = "usos"\nentity_class = "faculty"\nsource = "a.csv"\n'
    file.write_text(f"{usos}{secrets}{sync}{more}\n", encoding="utf-8")
    return file
