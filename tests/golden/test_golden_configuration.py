"""What is said of a configuration that cannot be meant, one mistake after the other."""

from __future__ import annotations

from golden_stage import Stage

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
SOURCE = 'source = "desks.csv"'
SECOND = f'{SOURCE}\n[syncs.more]\nconnection = "lists"\ntenant = "chopin"\nsource = "x.csv"\ndelete_missing = true'
# What is replaced in the good file, and by what.
WRONG = (
    ("[connections.usos]", 'regoin = "PL"\n[connections.usos]'),
    ("[connections.usos]", 'region = "pl"\n[connections.usos]'),
    ("[connections.usos]", 'ledger = "postgresql://me:secret@host/db"\n[connections.usos]'),
    ("[connections.usos]", 'reconcile = { stale_days = 0 }\nnotify = { on = ["often"] }\n[connections.usos]'),
    ("[connections.usos]", 'prefect = { reports_url = "intranet" }\nswitchboard = "12"\n[connections.usos]'),
    ("consumer_key =", "consumer_kye ="),
    ('{ env = "KEY" }', '{ envv = "KEY" }'),
    ('{ env = "WORD" }', '"hunter2"'),
    ('{ env = "WORD" }', '{ env = "WORD", file = "w" }'),
    ('{ env = "WORD" }', "{ }"),
    ("password =", 'prefiks = "/"\npassword ='),
    ("password =", 'csv_delimiter = ";"\ncsv_quotechar = ";"\npassword ='),
    ("password =", 'proxy = "proxy"\npassword ='),
    ("password =", 'proxy = "http://me:secret@proxy:3128"\npassword ='),
    ("password =", "attempts = 0\ntimeout_seconds = 0\nconcurrency = 99\nmax_requests_per_second = 0\npassword ="),
    ('kind = "apio"', 'kind = "apioo"'),
    ('kind = "apio"\n', ""),
    ("https://apio", "http://apio"),
    ("https://apio.example.com", "apio.example.com"),
    ("https://apio", "https://me:hunter2@apio"),
    ("tenant =", "tenat ="),
    ("tenant =", "zzz = 1\ntenant ="),
    ('tenant = "chopin"\n', ""),
    ("tenant =", 'entity_class = "user"\ntenant ='),
    ("tenant =", 'region = "XX"\ntenant ='),
    ("tenant =", 'area_code = "22a"\nswitchboard = "x"\ntenant ='),
    ("tenant =", 'delimiter = ";"\nquotechar = ";"\ntenant ='),
    ("tenant =", 'delimiter = ";;"\ntenant ='),
    ("tenant =", "slices = 2\nheader_line = 0\ntenant ="),
    ("tenant =", 'write = "all"\nwrite_format = "own"\ndelete_missing = "yes"\ntenant ='),
    ("tenant =", 'schedule = "often"\ntimezone = "Warsaw"\ntenant ='),
    ("tenant =", 'schedule = "61 2 * * *"\ntenant ='),
    (SOURCE, f"{SOURCE}\nguard = {{ max_delets = 3 }}"),
    (SOURCE, f"{SOURCE}\nguard = {{ max_delete_share = 20, max_deletes = -1 }}"),
    (SOURCE, f'{SOURCE}\ncolumns = {{ nummer = "N" }}'),
    (SOURCE, f'{SOURCE}\ncolumns = {{ comment = "N" }}'),
    (SOURCE, SECOND),
    (SOURCE, ""),
    ('"faculty"', '"school"'),
    ('entity_class = "faculty"\n', ""),
    ("entity_class =", 'tenant = "x"\nentity_class ='),
    ("entity_class =", "slices = 64\nentity_class ="),
    ('connection = "lists"', 'connection = "list"'),
    ("[syncs.desks]", '[syncs."a/b"]'),
    ("[syncs.desks]", "[syncs.all]"),
    ("[syncs.desks]", "reports = 3\n[syncs.desks]"),
    ("[syncs.desks]", "[syncs.desks"),
    ("[syncs.desks]", "[syncs.faculties]"),
)


def test_configuration(stage: Stage) -> None:
    for old, new in WRONG:
        assert old in GOOD
        stage.configuration(GOOD.replace(old, new, 1))
        stage.story.add("instead of", f"{old}\nthere stands:\n{new}\n")
        stage.run("plan")
    stage.configuration(GOOD.replace("tenant =", "tenat =").replace("https://usos", "http://usos"))
    stage.run("check", "--json")
    stage.put("phonesync.toml", b"\xff\xfe\x00")
    stage.run("check")
    (stage.folder / "phonesync.toml").unlink()
    stage.run("check")
    stage.run("runs", "--json")


def test_configuration_names_what_is_missing_around_it(stage: Stage) -> None:
    """A ledger that cannot be opened, a folder of reports that is a file, credentials that are nowhere."""
    stage.samples()
    stage.put("reports", "a file where the folder should be")
    stage.run("plan", "strings-phones")
    (stage.folder / "reports").unlink()
    stage.change('env = "USOS_CONSUMER_KEY"', 'file = "none"')
    stage.run("plan", "buildings")
    stage.change('sqlite:///phonesync.db"', 'sqlite:////no/such/folder/x.db"')
    stage.run("runs")
