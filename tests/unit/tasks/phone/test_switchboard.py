"""Extensions that stand alone, from the configuration to the plan. Every number here is invented."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from connectors.execution import as_current
from connectors.usos.spec import SPEC as USOS
from flows.config import load
from schemas.errors import ConfigurationError
from schemas.execution import NumberingDefaults
from schemas.settings import Settings
from tasks.phone.suggestions import explain
from tasks.source.validation import Checked, Rules, validate

SETTINGS = """
switchboard = "{}"
[connections.usos]
kind = "usos"
base_url = "https://usosapps.example.edu.pl"
consumer_key = {{ env = "KEY" }}
consumer_secret = {{ env = "SECRET" }}
[syncs.faculties]
connection = "usos"
entity_class = "faculty"
source = "faculties.csv"
{}
"""


def loaded(folder: Path, switchboard: str, more: str = "") -> Settings:
    path = folder / "phonesync.toml"
    path.write_text(SETTINGS.format(switchboard, more), encoding="utf-8")
    return load(path)


def judged(*numbers: str, switchboard: str | None) -> Checked:
    lines = [{"line": place, "owner": "1", "number": number} for place, number in enumerate(numbers, 2)]
    source = pd.DataFrame(lines).assign(name="Portiernia", type_id="", new_name="", problem="")
    return validate(source, Rules(USOS, "faculty", {}, switchboard=switchboard))


def test_a_line_with_an_extension_alone_is_wanted_where_the_switchboard_is_known() -> None:
    checked = judged("wew. 12", "355", switchboard="22 999 00 00")
    assert checked.rejected.empty
    assert checked.desired["key"].tolist() == ["+48229990000;ext=12", "+48229990000;ext=355"]
    assert checked.desired["number"].tolist() == ["wew. 12", "355"]
    assert len(judged("wew. 12", "355", switchboard=None).rejected) == 2


def test_what_stands_in_the_target_is_read_the_same_way() -> None:
    rows = [("faculty 1", "Portiernia", "w. 12", "", "")]
    current = as_current(rows, NumberingDefaults("PL", None, "22 999 00 00"))
    assert current["key"].tolist() == ["+48229990000;ext=12"]


@pytest.mark.parametrize(
    "more", ["", 'switchboard = "+48 12 999 00 00"', 'area_code = "22"\nswitchboard = "999 00 00"']
)
def test_the_switchboard_of_the_file_and_of_a_sync(tmp_path: Path, more: str) -> None:
    settings = loaded(tmp_path, "22 999 00 00", more)
    assert settings.switchboard == "22 999 00 00"
    assert bool(settings.syncs["faculties"].switchboard) == bool(more)


@pytest.mark.parametrize(
    ("switchboard", "more", "place"),
    [
        ("999 00 00", "", "switchboard: give one complete number"),
        ("22 999 00 00 wew. 1", "", "switchboard: give one complete number"),
        ("22 999 00 00", 'switchboard = "99"', "syncs.faculties.switchboard: give one complete number"),
    ],
)
def test_a_switchboard_has_to_be_a_number_where_it_stands(
    tmp_path: Path, switchboard: str, more: str, place: str
) -> None:
    with pytest.raises(ConfigurationError, match=place):
        loaded(tmp_path, switchboard, more)


def test_an_explanation_knows_the_switchboard() -> None:
    (explained,) = explain(["wew. 12"], region="PL", area_code=None, switchboard="22 999 00 00")
    assert explained["numbers"] == [{"e164": "+48229990000", "extension": "12", "kind": "fixed_line"}]
