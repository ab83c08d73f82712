"""phonesync.toml: every problem at once, each with its place and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.config import load
from flows.context import open_context
from flows.finding import find_configuration
from schemas.connections import Secret
from schemas.errors import ConfigurationError

GOOD = """\
[connections.usos]
kind = "usos"
base_url = "https://usosapps.example.edu.pl"
consumer_key = { env = "KEY" }
consumer_secret = { file = "secrets/usos" }

[connections.lists]
kind = "apio"
base_url = "https://apio.example.com"
username = { env = "NAME" }
password = { env = "WORD" }

[syncs.faculties]
connection = "usos"
entity_class = "faculty"
source = "faculties.csv"

[syncs.desks]
connection = "lists"
tenant = "chopin"
source = "desks.csv"
"""
KEPT = 'give its place: { env = "NAME" }, { file = "PATH" } or { block = "NAME" }'
HTTPS = "https is required except for this machine: credentials and numbers would be sent unencrypted"
SHARED = (
    "share one phone list, so none of them may delete the entries of the others: "
    "give the list one source, or set shared = true for each of them"
)
MORE = '[syncs.more]\nconnection = "lists"\ntenant = "chopin"\nsource = "x.csv"\ndelete_missing = true'
# What is replaced in the good file, by what, and the problems that are told.
WRONG = {
    "contacts for a service with ids": (
        'source = "faculties.csv"',
        'source = "faculties.csv"\ncontacts = {}',
        ["syncs.faculties.contacts: an entry of USOS needs an id, which contacts do not have"],
    ),
    "a key of the file": (
        "[connections.usos]",
        'regoin = "PL"\n[connections.usos]',
        ["regoin: unknown key; did you mean region?"],
    ),
    "a key of a USOS connection": (
        "consumer_key =",
        "consumer_kye =",
        [
            "connections.usos.consumer_key: this is missing",
            "connections.usos.consumer_kye: unknown key; did you mean consumer_key?",
        ],
    ),
    "a key of an APIO connection": (
        "password =",
        'prefiks = "/"\npassword =',
        ["connections.lists.prefiks: unknown key; did you mean prefix?"],
    ),
    "a key of a secret": (
        '{ env = "KEY" }',
        '{ envv = "KEY" }',
        ["connections.usos.consumer_key.envv: unknown key; did you mean env?"],
    ),
    "a key of a sync": ("tenant =", "tenat =", ["syncs.desks.tenat: unknown key; did you mean tenant?"]),
    "a key of a guard": (
        'source = "desks.csv"',
        'source = "desks.csv"\nguard = { max_delets = 3 }',
        ["syncs.desks.guard.max_delets: unknown key; did you mean max_deletes?"],
    ),
    "a key of the columns": (
        'source = "desks.csv"',
        'source = "desks.csv"\ncolumns = { nummer = "N" }',
        ["syncs.desks.columns.nummer: unknown key; did you mean number?"],
    ),
    "slices of a place that is written as one": (
        "tenant =",
        "slices = 2\ntenant =",
        ["syncs.desks.slices: this key is for USOS; a phone list is written as a whole"],
    ),
    "a link where lines name no owner": (
        'source = "desks.csv"',
        'source = "desks.csv"\ncolumns = { link = "L" }',
        ["syncs.desks.columns.link: this key is for USOS"],
    ),
    "a key like no other": ("tenant =", "zzz = 1\ntenant =", ["syncs.desks.zzz: unknown key"]),
    "an unknown service": (
        'kind = "apio"',
        'kind = "apioo"',
        ['connections.lists.kind: give the kind of service: "usos" or "apio"'],
    ),
    "no service": ('kind = "apio"\n', "", ['connections.lists.kind: give the kind of service: "usos" or "apio"']),
    "a secret in clear": ('{ env = "WORD" }', '"hunter2"', [f"connections.lists.password: {KEPT}"]),
    "a secret in two places": (
        '{ env = "WORD" }',
        '{ env = "WORD", file = "w" }',
        [f"connections.lists.password: {KEPT}"],
    ),
    "a secret nowhere": ('{ env = "WORD" }', "{ }", [f"connections.lists.password: {KEPT}"]),
    "http": (
        "https://apio",
        "http://apio",
        [f"connections.lists.base_url: {HTTPS}"],
    ),
    "half an address": (
        "https://apio.example.com",
        "apio.example.com",
        ["connections.lists.base_url: give a complete address, such as https://usosapps.example.edu.pl"],
    ),
    "credentials in the address": (
        "https://apio",
        "https://me:hunter2@apio",
        ["connections.lists.base_url: give only the address: no user name, no query, no fragment"],
    ),
    "a share above one": (
        'source = "desks.csv"',
        'source = "desks.csv"\nguard = { max_delete_share = 20 }',
        ["syncs.desks.guard.max_delete_share: it should be less than or equal to 1"],
    ),
    "an unknown class": (
        '"faculty"',
        '"school"',
        ["syncs.faculties.entity_class: it should be 'faculty', 'user', 'building' or 'dormitory'"],
    ),
    "no class": (
        'entity_class = "faculty"\n',
        "",
        ["syncs.faculties.entity_class: say whose numbers these are: faculty, user, building or dormitory"],
    ),
    "no tenant": ('tenant = "chopin"\n', "", ["syncs.desks.tenant: name the tenant of this phone list"]),
    "a class for a phone list": (
        "tenant =",
        'entity_class = "user"\ntenant =',
        ["syncs.desks.entity_class: this key is for USOS; the connection is an APIO one"],
    ),
    "a tenant for USOS": (
        "entity_class =",
        'tenant = "x"\nentity_class =',
        ["syncs.faculties.tenant: this key is for phone lists; the connection is a USOS one"],
    ),
    "a column of the other service": (
        'source = "desks.csv"',
        'source = "desks.csv"\ncolumns = { comment = "N" }',
        ["syncs.desks.columns.comment: this key is for USOS"],
    ),
    "an unknown connection": (
        'connection = "lists"',
        'connection = "list"',
        ["syncs.desks.connection: the connection 'list' does not exist; there are: usos, lists"],
    ),
    "a small region": (
        "[connections.usos]",
        'region = "pl"\n[connections.usos]',
        ["region: give two capital letters, such as PL"],
    ),
    "a region that is none": (
        "tenant =",
        'region = "XX"\ntenant =',
        ["syncs.desks.region: the region 'XX' does not exist"],
    ),
    "a wrong area code": (
        "tenant =",
        'area_code = "22a"\ntenant =',
        ["syncs.desks.area_code: give one to five digits, such as 22"],
    ),
    "an address of nobody": (
        "tenant =",
        'contact = ["anna"]\ntenant =',
        ["syncs.desks.contact.0: give an address such as clerk@example.edu"],
    ),
    "a ledger that is a file's name": (
        "[connections.usos]",
        'ledger = "baza.db"\n[connections.usos]',
        ['ledger: give a database address; a file is "sqlite:///phonesync.db"'],
    ),
    "an area code without quotes": (
        "tenant =",
        "area_code = 22\ntenant =",
        ["syncs.desks.area_code: it should be text: put it in quotation marks"],
    ),
    "an area code with a 0": (
        "tenant =",
        'area_code = "022"\ntenant =',
        ['syncs.desks.area_code: write it without the leading 0: "22"'],
    ),
    "an area code of nobody": (
        "[connections.usos]",
        'area_code = "99"\n[connections.usos]',
        ["area_code: no number of the region PL starts with 99: give only the area code, such as 22 for Warsaw"],
    ),
    "one character for two things": (
        "tenant =",
        'delimiter = ";"\nquotechar = ";"\ntenant =',
        ["syncs.desks.quotechar: it must differ from the delimiter"],
    ),
    "a long delimiter": (
        "tenant =",
        'delimiter = ";;"\ntenant =',
        ["syncs.desks.delimiter: give one character that does not end a line"],
    ),
    "a text for a table": ("[syncs.desks]", "reports = 3\n[syncs.desks]", ["syncs.faculties.reports: unknown key"]),
    "people of an unknown connection": (
        "[syncs.desks]",
        '[systems.staff]\nconnection = "uso"\nsource = "staff.csv"\n[syncs.desks]',
        ["systems.staff.connection: the connection 'uso' does not exist; there are: usos, lists"],
    ),
    "people of a phone list under a sync's name": (
        "[syncs.desks]",
        '[systems.desks]\nconnection = "lists"\nsource = "staff.csv"\n[syncs.desks]',
        [
            "systems.desks.connection: choose another name for the table: a sync already has this one",
            "systems.desks.connection: phone lists do not know people by an id",
        ],
    ),
    "a misspelled key of people": (
        "[syncs.desks]",
        '[systems.staff]\nconnection = "usos"\nsource = "staff.csv"\nunit = ["1"]\n[syncs.desks]',
        ["systems.staff.unit: unknown key; did you mean units?"],
    ),
    "two files for one list": (
        'source = "desks.csv"',
        'source = "desks.csv"\n' + MORE,
        [f"syncs.more.delete_missing: desks, more {SHARED}"],
    ),
}


def problems(folder: Path, text: str) -> list[str]:
    """Return what is said to be wrong with a file of this text."""
    path = folder / "phonesync.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load(path)
    first, *found = caught.value.message.split("\n  ")
    assert first == f"{path}:"
    assert caught.value.remedy == f"Correct {'it' if len(found) == 1 else 'these'}; nothing was done."
    return found


@pytest.mark.parametrize("case", WRONG)
def test_a_problem_is_told_with_its_place(case: str, tmp_path: Path) -> None:
    old, new, expected = WRONG[case]
    assert old in GOOD
    assert problems(tmp_path, GOOD.replace(old, new, 1)) == expected


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    text = GOOD.replace("tenant =", "tenat =").replace('"https://usos', '"http://usos').replace('"faculty"', '"school"')
    assert len(problems(tmp_path, text)) == 3


def test_a_misspelled_key_hides_no_problem_between_the_tables(tmp_path: Path) -> None:
    text = GOOD.replace("tenant =", "tenat =").replace('connection = "usos"', 'connection = "uso"')
    assert problems(tmp_path, text) == [
        "syncs.desks.tenat: unknown key; did you mean tenant?",
        "syncs.faculties.connection: the connection 'uso' does not exist; there are: usos, lists",
    ]


def test_no_message_quotes_a_secret(tmp_path: Path) -> None:
    for old in ('{ env = "WORD" }', '{ env = "KEY" }', '{ file = "secrets/usos" }'):
        assert "hunter2" not in str(problems(tmp_path, GOOD.replace(old, '"hunter2"')))
        assert "hunter2" not in str(problems(tmp_path, GOOD.replace(old, '{ enw = "hunter2" }')))


def test_paths_are_relative_to_the_file_and_not_to_where_one_stands(tmp_path: Path) -> None:
    path = tmp_path / "phonesync.toml"
    path.write_text(GOOD.replace("[connections.lists]", 'ca_bundle = "own.pem"\n[connections.lists]'), encoding="utf-8")
    settings = load(path)
    usos = settings.connections["usos"]
    assert usos.kind == "usos"
    assert usos.consumer_secret.file == tmp_path / "secrets" / "usos"
    assert usos.ca_bundle == tmp_path / "own.pem"
    assert settings.syncs["desks"].source == tmp_path / "desks.csv"
    assert settings.reports == tmp_path / "reports"
    assert settings.ledger == f"sqlite:///{tmp_path / 'phonesync.db'}"


@pytest.mark.parametrize(
    "ledger", ["sqlite://", "sqlite:///:memory:", "postgresql://ledger@localhost/phonesync", "sqlite:////var/ledger.db"]
)
def test_a_ledger_that_is_no_relative_file_stays_as_it_is(ledger: str, tmp_path: Path) -> None:
    path = tmp_path / "phonesync.toml"
    path.write_text(f'ledger = "{ledger}"\n{GOOD}', encoding="utf-8")
    assert load(path).ledger == ledger


def test_a_file_that_is_not_there_is_told_with_the_ways_to_name_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="does not exist") as caught:
        load(tmp_path / "none.toml")
    assert "-c FILE" in caught.value.remedy


@pytest.mark.parametrize("content", [b"region = PL", b"\xff\xfe\x00", b"[a\n"])
def test_a_file_that_is_no_toml_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "phonesync.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"is not TOML|cannot be read"):
        load(path)


def test_the_option_wins_over_the_environment_and_that_over_the_folder() -> None:
    assert find_configuration("a.toml", {"PHONESYNC_CONFIG": "b.toml"}).name == "a.toml"
    assert find_configuration(None, {"PHONESYNC_CONFIG": "b.toml"}).name == "b.toml"
    assert find_configuration(None, {}) == Path.cwd() / "phonesync.toml"


def test_marks_and_line_ends_of_windows_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "phonesync.toml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert load(path).syncs.keys() == {"faculties", "desks"}
    secret = tmp_path / "secret"
    secret.write_bytes(b"\xef\xbb\xbfs3cret\r\n")
    secret.chmod(0o600)
    context = open_context(str(path), {})
    assert context.secret("connections.usos.consumer_secret", Secret(file=secret)) == "s3cret"
