"""Inputs to begin with: ordinary ones, so that what lies behind them is reached at once. All data is invented."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from packing import zipped

_NUMBER: Final = {"number": "+48 22 999 00 01", "comment": {"pl": "dziekanat", "en": None}, "type_id": "2"}
_USOS: Final = {"1": [_NUMBER], "2": []}
_REFUSAL: Final = {
    "error": "param_invalid",
    "message": "Bad timestamp",
    "user_messages": {"generic_message": {"pl": "Nie", "en": "No"}, "fields": {"data": {"pl": "Zły", "en": "Bad"}}},
}
_BATCH: Final = {
    "results": [
        {"line": 1, "name": "Portiernia", "phone_number": "+48-229990001", "status": "Success", "message": ""},
        {"line": "-", "name": "Szatnia", "phone_number": "+48-229990002", "status": "Failure", "message": "No"},
    ],
    "message": "Partial",
}
_ENTRY: Final = {"name": "Portiernia", "phoneNumber": "+48-229990001"}
_ERROR: Final = {"code": 17, "details": {"name": ["too long", {"deep": ["x"]}]}, "reason": "no"}
_TOML: Final = """\
region = "PL"
area_code = "22"
ledger = "sqlite:///phonesync.db"
[connections.usos]
kind = "usos"
base_url = "https://usosapps.example.edu.pl"
consumer_key = { env = "KEY" }
consumer_secret = { file = "secret" }
[connections.lists]
kind = "apio"
base_url = "http://127.0.0.1:8702"
username = { env = "NAME" }
password = { block = "word" }
csv_header = ["Name", "Phone Number", "New Name"]
[syncs.users]
connection = "usos"
entity_class = "user"
source = "users.csv"
columns = { entity_id = "id", number = "tel" }
[syncs.desks]
connection = "lists"
tenant = "chopin"
source = "desks.csv"
delete_missing = true
guard = { max_deletes = 3 }
"""

_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_WORKBOOK: Final = {
    "[Content_Types].xml": f"""<Types xmlns="{_PACKAGE}/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>
<Override PartName="/xl/worksheets/s.xml" ContentType="{_TYPE}.worksheet+xml"/>
<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>
<Override PartName="/xl/sharedStrings.xml" ContentType="{_TYPE}.sharedStrings+xml"/></Types>""",
    "_rels/.rels": f"""<Relationships xmlns="{_PACKAGE}/relationships">
<Relationship Id="a" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>""",
    "xl/workbook.xml": f"""<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><workbookPr date1904="0"/>
<sheets><sheet name="Numery" sheetId="1" r:id="a"/></sheets></workbook>""",
    "xl/_rels/workbook.xml.rels": f"""<Relationships xmlns="{_PACKAGE}/relationships">
<Relationship Id="a" Type="{_OFFICE}/worksheet" Target="worksheets/s.xml"/>
<Relationship Id="b" Type="{_OFFICE}/styles" Target="styles.xml"/>
<Relationship Id="c" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>""",
    "xl/styles.xml": f"""<styleSheet xmlns="{_MAIN}">
<numFmts count="1"><numFmt numFmtId="164" formatCode="0000"/></numFmts>
<cellXfs count="3"><xf/><xf numFmtId="164"/><xf numFmtId="14"/></cellXfs></styleSheet>""",
    "xl/sharedStrings.xml": f"""<sst xmlns="{_MAIN}"><si><t>Name</t></si><si><t>Phone Number</t></si>
<si><r><t>Porter</t></r><r><t>nia</t></r></si></sst>""",
}
_SHEETS: Final = (
    """<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>
<row r="2"><c r="A2" t="s"><v>2</v></c><c r="B2"><v>229990001</v></c></row>
<row r="5"><c r="B5" s="1"><v>12</v></c></row></sheetData><mergeCells><mergeCell ref="A2:B3"/></mergeCells>""",
    """<row r="1"><c t="inlineStr"><is><t>Spis</t></is></c></row>
<row r="3"><c t="inlineStr"><is><t>entity_id</t></is></c><c t="str"><v>number</v></c></row>
<row r="4"><c><v>1</v></c><c s="2"><v>45000.5</v></c></row>
<row r="5"><c t="b"><v>1</v></c><c t="e"><v>#N/A</v></c></row>
<row><c><f>A4+1</f></c><c><v>2.2E+20</v></c></row><row r="9"><c t="d"><v>2026-01-02</v></c></row></sheetData>""",
)
_TEXT: Final = b"entity_id;number;comment\n1;22 999 00 01;dziekanat\n# koniec\n"


def _workbook(sheet: str) -> bytes:
    part = f'<worksheet xmlns="{_MAIN}"><dimension ref="A1:B5"/><sheetData>{sheet}</worksheet>'
    return zipped({name: text.encode() for name, text in {**_WORKBOOK, "xl/worksheets/s.xml": part}.items()})


def _json(*bodies: Any, prefix: bytes) -> list[bytes]:
    return [prefix + json.dumps(body).encode() for body in bodies]


SEEDS: Final[Mapping[str, list[bytes]]] = MappingProxyType(
    {
        "csv_file": [
            b"\0\0\0\0entity_id;number;comment;type_id\n1;22 999 00 01;dziekanat;2\n2;;;\n",
            b'\0\0\0\1Name;Phone Number;New Name\n"Portiernia";+48-229990001\nA;1;B\n',
            b"\0\0\0\0" + "entity_id,number,comment\r\n1,22 999 00 01,ąęśź\r\n".encode("windows-1250"),
            b"\0\0\0\0" + "sep=|\nentity_id|number\n1|22 999 00 01\n".encode("utf-16"),
            b"\n\0\0\0entity_id;number\n1;\xd1\n",  # an encoding that knows no mercy
            b"\0\0\0\0entity_id;number;comment\n1;'22;x\n2;\"22 999\n00 01\";'y'\n",
        ],
        "workbook": [
            b"\0\0\0\1" + _workbook(_SHEETS[0]),
            b"\0\0\0\0" + _workbook(_SHEETS[1]),
            b"\0\0\0\1" + gzip.compress(_workbook(_SHEETS[0]), mtime=0),
        ],
        "packed": [
            b"\0\0\0\0" + gzip.compress(_TEXT, mtime=0),
            b"\0\0\0\0" + gzip.compress(_TEXT[:30], mtime=0) + gzip.compress(_TEXT[30:], mtime=0) + b"\0\0",
            b"\0\0\0\0" + gzip.compress(gzip.compress(_TEXT, mtime=0), mtime=0),
        ],
        "number": [
            b"\0\0(22) 999 00 01 wew. 12, 13",
            b"\0\1+48-229990001",
            b"\1\0 22/999 00 01/02 fax pok. 12 (parter)",
            "\0\2tel. kom. 501\u00a0999\u2009001 lub 22\u2013999\u201300\u201301".encode(),
            b"\x10\x03999 00 01; 0048 22 999 00 02",
        ],
        "usos_answer": [
            *_json(_USOS, {"1": None}, [], prefix=b"\0\0\0"),
            *_json({"success": True}, prefix=b"\1\0\0"),
            *_json(_REFUSAL, prefix=b"\1\6\0"),
            *_json({"administrative_methods": ["services/phones/replace"]}, prefix=b"\4\0\0"),
            *_json("2026-01-01 10:00:00.000000", prefix=b"\6\0\0"),
            b"\0\6\0<html><head><title>Not &amp; found</title></head><script>x</script><p>22 999 00 01</html>",
        ],
        "apio_answer": [
            *_json({"entries": [_ENTRY]}, prefix=b"\0\0\0"),
            *_json(_BATCH, prefix=b"\1\4\0"),
            *_json(_BATCH, prefix=b"\1\6\0"),
            *_json(_ENTRY, prefix=b"\2\0\0"),
            *_json({"entries": [_ENTRY, _ENTRY]}, prefix=b"\3\3\0"),
            *_json(_ERROR, prefix=b"\5\6\0"),
            *_json(_ERROR, prefix=b"\x08\6\x40"),
            b"\0\x0d\1Mon, 10 Jun 2024 06:14:00 -0000\n{}",
        ],
        "configuration": [_TOML.encode()],
        "ledger_file": [b"SQLite format 3\0", b""],
    }
)
