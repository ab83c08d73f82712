"""What a schedule may say; Prefect has to understand whatever is accepted."""

from __future__ import annotations

import ast
import asyncio
import inspect
from datetime import UTC, datetime
from pathlib import Path

import pytest
from croniter import croniter
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from prefect._vendor.croniter import croniter as of_prefect
from prefect.client.schemas.schedules import CronSchedule
from prefect.server.schemas.schedules import CronSchedule as ServerSchedule

from flows.config import load
from schemas.errors import ConfigurationError
from schemas.schedule import happens, is_timezone, wrong_with_schedule
from tasks.messages.errors import spoken

NOW = datetime(2026, 3, 14, 2, 0, tzinfo=UTC)
WARSAW = "Europe/Warsaw"
ACCEPTED = [
    "15 2 * * *",
    "*/5 6-18 * * mon-fri",
    "0 0 1,15 jan,jul 0",
    "0-30/10 * * * *",
    "0 3 * * 7",
    "5/10 2 * * *",
    "0 2 * * fri-mon",
    "0 2 ? * MON",
    "0 2 L * *",
    "0 2 * * L5",
    "0 2 * * 5#3",
    "0 0 29 2 *",
    "@daily",
    "0 2 * * * 30",
    "0 2 1 1 * 0 2030",
]
NEVER = [
    "0 0 31 2 *",
    "0 0 30 2 ?",
    "0 0 31 2,4,6,9,11 *",
    "0 0 31 4 * 0",
    "0 0 1 1 * 0 2020",
    "0 0 * 2 sat#5",
]


@pytest.mark.parametrize("text", ACCEPTED)
def test_what_prefect_reads_and_starts_is_accepted(text: str) -> None:
    assert (wrong_with_schedule(text), happens(text, NOW)) == (None, True)
    assert _first_of_prefect(text) is not None


@pytest.mark.parametrize("text", NEVER)
def test_what_never_comes_is_told_apart(text: str) -> None:
    assert (wrong_with_schedule(text), happens(text, NOW)) == (None, False)
    CronSchedule(cron=text)  # Prefect accepts it, and looks for its next date for ever


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "five fields are needed, but there are 0"),
        ("@sometimes", "there are 1"),
        ("* * * * * * * *", "there are 8"),
        ("60 2 * * *", "'60' is not a valid minute"),
        ("0 24 * * *", "'24' is not a valid hour"),
        ("0 2 0 * *", "'0' is not a valid day of the month"),
        ("0 2 15W * *", "'15W' is not a valid day of the month"),
        ("0 2 * 13 *", "'13' is not a valid month"),
        ("0 2 * * 8", "'8' is not a valid day of the week"),
        ("0 2 * * 5#6", "'5#6' is not a valid day of the week"),
        ("0 2 * * * 60", "'60' is not a valid second"),
        ("0 2 * * * 0 1066", "'1066' is not a valid year"),
        ("*/0 2 * * *", "'*/0' is not a valid minute"),
        ("? 2 * * *", "'?' is not a valid minute"),
        ("H 2 * * *", "'H' is not a valid minute"),
        ("R 2 * * *", "'R' is not a valid minute"),
        ("1,,2 2 * * *", "'1,,2' is not a valid minute"),
    ],
)
def test_bad_ones_are_told_by_their_field(text: str, said: str) -> None:
    assert said in spoken(wrong_with_schedule(text))
    with pytest.raises(ValueError, match="cron"):
        CronSchedule(cron=text)


ODD = [
    *("*", "?", "L", "l", "W", "H", "R", "mon", "sun-sat", "jan", "feb", "1-5", "5-1", "*/5", "0/0", "-", "/", ","),
    *("5#", "#3", "L5", "5#3", "5#6", "fri#2", "R(0-5)", "H(1)", "١", "1.5", "1_0", "@daily"),
]
ATOMS = st.integers(-1, 70).map(str) | st.sampled_from(ODD)
PIECES = st.lists(ATOMS, min_size=1, max_size=3).flatmap(
    lambda parts: st.sampled_from([",", "-", "/", "#", ""]).map(lambda sign: sign.join(parts))
)
# Mostly fields that are fine, so that one that is not is seen by itself, and days that few months have.
FINE = st.sampled_from(["*", "*", "1", "3", "2-4", "*/2", "L", "31", "30", "29", "5,6", "2", "4", "mon", "sat#5"])


@given(st.lists(FINE | FINE | FINE | PIECES, min_size=4, max_size=8).map(" ".join))
@example("0 0 31 2 mon")
@example("0 0 29 2 1#5")
@example("0 0 31 2 * 0 2028")
@settings(max_examples=400)
def test_exactly_what_prefect_accepts_and_ever_starts_is_accepted(text: str) -> None:
    """A schedule is accepted where Prefect's `CronSchedule` accepts it and has a next date within eight years."""
    assume("r" not in text.casefold() or "fri" in text)  # a minute that is drawn by lot is another one each time
    try:
        CronSchedule(cron=text)
    except ValueError:
        assert wrong_with_schedule(text)
        return
    assert wrong_with_schedule(text) is None
    first = _first_of_prefect(text)
    assert happens(text, NOW) == (first is not None and first.year <= NOW.year + 8)


@given(st.text(max_size=20) | st.text("0123456789*/,-#?LWRH()@ monjafri", max_size=30))
@example("@daily")
def test_any_text_is_judged_as_prefect_judges_it(text: str) -> None:
    try:
        CronSchedule(cron=text)
    except ValueError:
        assert wrong_with_schedule(text)
    else:
        assert wrong_with_schedule(text) is None


def test_the_library_is_the_one_that_prefect_has_inside() -> None:
    ours, theirs = (ast.parse(inspect.getsource(kind)) for kind in (croniter, of_prefect))
    assert ast.dump(ours) == ast.dump(theirs), "take the version of croniter that this version of Prefect has copied"


def test_every_four_years_is_often_enough_also_around_a_century() -> None:
    assert happens("0 0 29 2 *", datetime(2096, 3, 1, tzinfo=UTC))


@pytest.mark.parametrize("after", [datetime(2027, 3, 27, 23, 0, tzinfo=UTC), datetime(2027, 10, 30, 23, 0, tzinfo=UTC)])
@pytest.mark.parametrize("text", ["30 2 * * *", "0 2 28 3 *", "30 2 31 10 *", "*/15 * * * *"])
def test_an_hour_that_a_day_lacks_or_has_twice_keeps_no_run_away(text: str, after: datetime) -> None:
    """Where clocks are changed Prefect starts such a run all the same: a schedule of that hour alone does come."""
    assert happens(text, after)
    dates = asyncio.run(ServerSchedule(cron=text, timezone=WARSAW).get_dates(n=2, start=after))
    assert len({*dates}) == 2


def _first_of_prefect(text: str) -> datetime | None:
    """Return the date for which Prefect's server would schedule the first run, None where it finds none."""
    try:
        return asyncio.run(ServerSchedule(cron=text, timezone=WARSAW).get_dates(n=1, start=NOW))[0]
    except ValueError:
        return None


def test_time_zones() -> None:
    assert is_timezone("Europe/Warsaw")
    assert not is_timezone("Europe/Cracow")
    assert not is_timezone("../../etc/passwd")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('schedule = "2:00"', "syncs.faculties.schedule: five fields are needed, but there are 1"),
        ('schedule = "0 0 31 2 *"', "syncs.faculties.schedule: '0 0 31 2 *' does not occur within eight years"),
        (
            'timezone = "Warsaw"',
            "syncs.faculties.timezone: the time zone does not exist; give one such as Europe/Warsaw",
        ),
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
        ('on = ["sometimes"]', "notify.on.0: it should be 'failed', 'blocked', 'recovered', 'stale' or 'findings'"),
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


def test_whether_a_schedule_comes_is_asked_of_the_given_time(tmp_path: Path) -> None:
    file = _written(tmp_path, 'schedule = "0 2 1 1 * 0 2030"')
    assert load(file, lambda: datetime(2029, 12, 31, tzinfo=UTC)).syncs["faculties"].schedule
    with pytest.raises(ConfigurationError, match="does not occur"):
        load(file, lambda: datetime(2030, 1, 2, tzinfo=UTC))


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
