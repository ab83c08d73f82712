"""`check` in both languages: the samples, every kind of line that is rejected, every kind of file that is refused."""

from __future__ import annotations

import pytest
from golden_sources import APIO_LINES, HEADER, USOS_LINES, whole_files
from golden_stage import Stage

LANGUAGES = ("en", "pl")
USOS = {"entity_class": "faculty"}
LIST = {"tenant": "chopin"}


def lay_bad_lines(stage: Stage) -> None:
    stage.put("usos.csv", HEADER + "".join(f"{line}\n" for line in USOS_LINES))
    stage.put("list.csv", "Name;Phone Number;New Name\n" + "".join(f"{line}\n" for line in APIO_LINES))
    stage.put("users.csv", HEADER + "900001;22 999 70 001 234;x;STA\n900002;44051401359;x;STA\n900001;999-70-00;;\n")
    stage.configure(
        {
            "usos": {**USOS, "source": "usos.csv"},
            "list": {**LIST, "source": "list.csv"},
            "users": {"entity_class": "user", "source": "users.csv"},
        }
    )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_check_of_the_samples(stage: Stage, lang: str) -> None:
    stage.samples()
    stage.run("check", "--lang", lang)
    stage.run("check", "--lang", lang, "--json")
    stage.run("check", "buildings", "dormitories", "--lang", lang)
    stage.run("check", "strings-phones", "--lang", lang, "--strict")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_check_of_bad_lines(stage: Stage, lang: str) -> None:
    lay_bad_lines(stage)
    stage.run("check", "--lang", lang)
    stage.run("check", "--lang", lang, "--json")
    stage.run("check", "--lang", lang, "--github")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_check_annotates_copies(stage: Stage, lang: str) -> None:
    lay_bad_lines(stage)
    stage.put("book.xlsx", whole_files()["cells.xlsx"][0])
    text = (stage.folder / "phonesync.toml").read_text(encoding="utf-8")
    stage.configuration(text + '[syncs.book]\nconnection = "usos"\nentity_class = "building"\nsource = "book.xlsx"\n')
    stage.run("check", "--lang", lang, "--annotate")
    stage.text_of("*.checked.csv")
    stage.run("check", "usos", "--lang", lang, "--annotate")
    stage.run("check", "list", "--lang", lang, "--annotate", "--force")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_check_of_whole_files(stage: Stage, lang: str) -> None:
    syncs = {}
    for name, (raw, keys) in whole_files().items():
        stage.put(name, raw)
        syncs[name.partition(".")[0] + "-" + name.partition(".")[2].replace(".", "-")] = {
            **USOS,
            "source": name,
            **keys,
        }
    (stage.folder / "folder").mkdir()
    syncs |= {"folder": {**USOS, "source": "folder"}, "missing": {**USOS, "source": "missing.csv"}}
    stage.configure(syncs, apart=True)
    stage.run("check", "--lang", lang)
    stage.run("check", "--lang", lang, "--json")


def test_check_speaks_the_language_of_the_environment(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.samples()
    for name, value in (("LANG", "pl_PL.UTF-8"), ("LC_MESSAGES", "en_US.UTF-8"), ("LC_ALL", "pl_PL.UTF-8")):
        monkeypatch.setenv(name, value)
        stage.run("check", "strings-phones")


def test_check_with_settings_for_numbers(stage: Stage) -> None:
    """What the area code, the switchboard, short codes and the permission to clear make of the same lines."""
    lay_bad_lines(stage)
    more = {"area_code": "22", "switchboard": "22 999 00 00", "allow_short_codes": True}
    stage.configure(
        {
            "usos": {**USOS, "source": "usos.csv", "allow_clear": True, **more},
            "list": {**LIST, "source": "list.csv", "write_format": "source", **more},
        }
    )
    stage.run("check", "--json")
