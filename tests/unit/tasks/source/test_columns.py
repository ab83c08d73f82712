"""Files as spreadsheets leave them: the same rows and true lines in every disguise, or a refusal with the remedy.

All names and numbers here are invented.
"""

from __future__ import annotations

import csv
import gzip
import io
import itertools
import zipfile
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading import EXPECTED, FILE, PLAIN, ROWS, read, rows_of, why

from connectors.apio.spec import SPEC as APIO
from connectors.files.container import unpack
from connectors.usos.spec import SPEC as USOS
from schemas.errors import ConfigurationError, PhonesyncError, SourceError
from schemas.problems import unpacked
from schemas.target import TargetSpec
from tasks.source.column_synonyms import known_synonyms
from tasks.source.columns import Arranged, Records, arrange
from tasks.source.footers import FOOTER
from tasks.source.headings import REPEATED
from tasks.source.spreadsheet_damage import (
    EXPONENT,
    FORMULA,
    FRACTION,
    HASHES,
    LOST_PLUS,
    CellReference,
    refusal,
    spoilt_cells,
)


def arranged(raw: bytes | str, **given: Any) -> Arranged:
    """Return a file for USOS under our names."""
    also = frozenset().union(*known_synonyms(USOS, {}).values())
    table = read(raw, also=also, **given)
    parts = (table.header, table.frame, table.lines, table.problems, table.widths, table.at, table.cells)
    return arrange(Records("phones.csv", *parts), USOS)


@pytest.mark.parametrize(
    ("raw", "lines", "skipped"),
    [
        (PLAIN, [2, 3], []),
        ("sep=;\n" + PLAIN, [3, 4], [(1, "separator")]),
        (
            '"entity_id";"number";"comment"\n"F1";"22 999 00 01";"Dziekanat"\n"F2";"22 999 00 02";"Portiernia"\n',
            [2, 3],
            [],
        ),
        (PLAIN.replace(";", "\t"), [2, 3], []),
        (PLAIN.replace("\n", ";;;\n"), [2, 3], []),
        ("entity_id;number;comment\r\nF1;22 999 00 01;Dziekanat\nF2;22 999 00 02;Portiernia\r", [2, 3], []),
        (PLAIN.replace("F2", "\n \nF2"), [2, 5], [(3, "blank"), (4, "blank")]),
        ("Spis numerów\nstan na 1.10.2025;;\n\n" + PLAIN, [5, 6], [(1, "title"), (2, "title"), (3, "blank")]),
        ("# wygenerowano\n" + PLAIN, [3, 4], [(1, "comment")]),
        (PLAIN.replace("F2", "# druga\nF2"), [2, 4], [(3, "comment")]),
        (PLAIN + "# koniec \n", [2, 3], [(4, "comment")]),
        (PLAIN.encode("utf-16"), [2, 3], []),
        (gzip.compress(PLAIN.encode("windows-1250")), [2, 3], []),
        (gzip.compress(PLAIN[:30].encode()) + gzip.compress(PLAIN[30:].encode()), [2, 3], []),
    ],
    ids=itertools.count(),
)
def test_the_rows_are_the_same_in_every_disguise(raw: bytes | str, lines: list[int], skipped: list[Any]) -> None:
    table = read(raw)
    assert rows_of(table) == ROWS
    assert list(table.lines) == lines
    assert why(table) == skipped


titles = st.lists(st.sampled_from(["Spis telefonów", "", "Uczelnia; Wydział", "stan na 1.10.2025"]), max_size=3)
cells = st.text("abcł 1\"';,#\n", max_size=5)
bodies = st.lists(st.tuples(cells, cells, cells, st.sampled_from(["", "\n", "# uwaga\n"])), max_size=6)


@given(titles, bodies, st.sampled_from(";,\t|"), st.sampled_from(["\n", "\r\n"]), st.booleans(), st.booleans())
def test_a_table_written_in_any_disguise_is_read_as_it_was(  # noqa: PLR0917 - drawn
    above: list[str],
    body: list[tuple[str, str, str, str]],
    delimiter: str,
    end: str,
    declared: bool,  # noqa: FBT001 - drawn
    packed: bool,  # noqa: FBT001 - drawn
) -> None:
    """The same rows at their physical lines, and with header and what was skipped all records of the file."""
    text = f"sep={delimiter}{end}" if declared else ""
    text += "".join(title.replace(";", delimiter) + end for title in above) + delimiter.join(EXPECTED[:3]) + end
    records, wanted, lines = 1 + declared + len(above), [], []
    for one, two, three, extra in body:
        lines.append(1 + text.count("\n"))
        out = io.StringIO()
        csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL).writerow(
            ["x" + one, two, three]
        )
        text += out.getvalue() + extra.replace("\n", end)
        records += 1 + bool(extra)
        wanted.append(["x" + one, two, three])
    raw = text.encode()
    table = read(gzip.compress(raw) if packed else raw)
    assert rows_of(table) == wanted
    assert list(table.lines) == lines
    assert len(table.lines) + len(table.skipped) + 1 == records


# What may be data is not left out -----------------------------------------------------------------------------------


def test_a_comment_is_none_where_entries_begin_like_one() -> None:
    table = read("entity_id;number;comment\n# 5;22 999 00 01;x\n# 6\n")
    assert rows_of(table) == [["# 5", "22 999 00 01", "x"], ["# 6", "", ""]]


@pytest.mark.parametrize("line", ["#6", "# 6;22 999 00 02", "#6 x"])
def test_what_is_not_certainly_a_comment_is_a_line(line: str) -> None:
    assert list(read(PLAIN + line + "\n").lines) == [2, 3, 4]


def test_comments_are_left_out_where_somebody_says_how_they_begin() -> None:
    text = 'entity_id;number;comment\n#F0;1;"open\nF1;22 999 00 01;"a\n#b"\n#F2;3\n'
    table = read(text, comment_prefix="#")
    assert rows_of(table) == [["F1", "22 999 00 01", "a\n#b"]]
    assert list(table.lines) == [3]
    assert why(table) == [(2, "comment"), (5, "comment")]
    plain = read(PLAIN + "#F3;1;2\n", comment_prefix="#")
    assert rows_of(plain) == ROWS
    assert why(plain) == [(4, "comment")]


def test_data_above_a_header_is_refused() -> None:
    with pytest.raises(SourceError, match="line 1: this looks like data, but it is above the header in line 2"):
        read("F0;22 999 00 00;x\n" + PLAIN)
    assert list(read("F0;22 999 00 00;x\n" + PLAIN, header_line=2).lines) == [3, 4]


def test_two_headers_are_refused_unless_one_is_named() -> None:
    text = "number;comment\nentity_id;number;x\n"
    with pytest.raises(SourceError, match="lines 1 and 2 both look like a header"):
        read(text)
    assert read(text, header_line=2).header == ("entity_id", "number", "x")
    with pytest.raises(SourceError, match="no row starts in line 9"):
        read(text, header_line=9)


def test_unnamed_columns_in_between_are_called_by_their_place() -> None:
    assert read("entity_id;;number;;comment\n1;2;3;4;5\n").header == (
        "entity_id",
        "column 2",
        "number",
        "column 4",
        "comment",
    )


@pytest.mark.parametrize("mark", ["\n", "\r", "\0", "\ufeff"])
def test_a_mark_that_cannot_be_one_is_refused(mark: str) -> None:
    for key in ("delimiter", "quotechar"):
        with pytest.raises(ConfigurationError, match=key):
            read(PLAIN, **{key: mark})


# Containers -----------------------------------------------------------------------------------------------------------


def problems(found: Arranged) -> list[str]:
    """Return the code of what is wrong with each line, "" where nothing is."""
    return ["".join(problem.code for problem in unpacked(text)) for text in found.source["problem"]]


def packed(**parts: bytes) -> bytes:
    """Return a zip archive."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/"), content)
    return whole.getvalue()


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (gzip.compress(gzip.compress(PLAIN.encode())), "compressed twice"),
        (gzip.compress(PLAIN.encode())[:-9], "damaged or incomplete"),
        (gzip.compress(PLAIN.encode()) + b"more", "damaged or incomplete"),
        (b"\x1f\x8b\x08nonsense", "damaged or incomplete"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old Excel workbook"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b"BZh91AY", "packed with bzip2"),
        (b" <!DOCTYPE html><html>", "a web page"),
        (packed(a=b"x"), "a zip archive"),
        (b"PK\x03\x04" + bytes(26) + b"mimetypeapplication/vnd.oasis.opendocument.text", "OpenDocument"),
        (packed(xl__workbook=bytes(8)), "cannot be read"),
        (b"PK\x03\x04 xl/ nonsense", "damaged or protected"),
        (packed(xl__a=b'<!DOCTYPE x [<!ENTITY a "b">]>'), "declares XML entities"),
        (packed(**{f"xl__{part}": b"" for part in range(5001)}), "too large when unpacked"),
    ],
    ids=itertools.count(),
)
def test_what_is_no_table_is_refused_by_its_name(raw: bytes, words: str) -> None:
    with pytest.raises(SourceError, match=words) as caught:
        read(raw)
    assert caught.value.remedy


def test_a_file_that_unpacks_to_too_much_is_given_up_on_the_way() -> None:
    with pytest.raises(SourceError, match="larger than 1 MB"):
        unpack(FILE, gzip.compress(bytes(3 << 20)), largest=1 << 20)


@given(st.binary(max_size=80), st.integers(0, 400))
def test_a_damaged_gzip_is_a_typed_error(noise: bytes, at: int) -> None:
    raw = gzip.compress((PLAIN * 20).encode())
    try:
        read(raw[:at] + noise + raw[at + len(noise) :])
    except Exception as error:  # noqa: BLE001 - a law: whatever comes, it is typed
        assert isinstance(error, PhonesyncError)  # noqa: PT017 - it may or may not raise


# Headers --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        "Kod jednostki;Nr tel.;Uwagi;Typ",
        "ID;TELEFON;Opis;Rodzaj telefonu",
        "identyfikator;numer_telefonu;komentarz;typ",
        "faculty_id;Phone Number;Description;Phone type",
        "entity-id;Number;Comment;Type ID",
        'Jednostka:;"Numer\ntelefonu";Uwagi;Typ telefonu',
    ],
)
def test_headers_that_mean_the_same_are_known(header: str) -> None:
    found = arranged(header + "\nF1;22 999 00 01;x;2\n")
    assert list(found.headers) == ["owner", "number", "name", "type_id"]
    assert found.source.iloc[0][["owner", "number", "name", "type_id"]].tolist() == ["F1", "22 999 00 01", "x", "2"]


def test_headers_that_both_mean_the_same_are_refused() -> None:
    with pytest.raises(SourceError, match="the columns 'Telefon', 'Numer' mean the same"):
        arranged("entity_id;Telefon;Numer\nF1;1;2\n")
    assert arranged("entity_id;Telefon;number\nF1;1;2\n").headers["number"] == "number"


def test_a_column_is_recognised_by_its_usual_names_unless_it_is_configured_itself() -> None:
    assert set(known_synonyms(USOS, {"owner": "Kod"})) == {"owner_name", "number", "name", "type_id"}
    assert set(known_synonyms(USOS, {})) == {"owner", "owner_name", "number", "name", "type_id"}
    assert set(known_synonyms(USOS, {"link": "Wpis"})) == {"owner", "owner_name", "number", "name", "type_id"}


def test_names_of_owners_are_read_and_are_no_reason_to_refuse_a_file() -> None:
    found = arranged("entity_id;Nazwa jednostki;number;Wydział\nF1;Prawo;1;Inny\nF2;;2;\n")
    assert found.headers["owner_name"] == "Nazwa jednostki"
    assert found.labels.tolist() == ["Prawo", ""]
    assert arranged("entity_id;number;owner_name\nF1;1\n").source["problem"].tolist() == [""], "it may be short"
    assert arranged("entity_id;number\nF1;1\n").labels.tolist() == [""]


@pytest.mark.parametrize("spec", [USOS, APIO], ids=lambda spec: spec.kind)
def test_a_header_means_one_thing(spec: TargetSpec) -> None:
    names = [name for column in spec.columns.values() for name in column.synonyms]
    assert len(names) == len(set(names))


# Lines below the table ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "footer",
    [
        "Stan na dzień 1.10.2025",
        "stan na: 2025-10-01",
        "Wydrukowano: 1 października 2025 r., godz. 12:30",
        "Generated on 2025-10-01 12:00:05",
        "Razem: 2",
        "Razem;2",
        "Liczba numerów: 2",
        "Total 2 entries",
        ";;\nRazem;2;\n\nstan na 1.10.2025",
    ],
)
def test_a_line_below_the_table_that_is_certainly_no_data_is_left_out(footer: str) -> None:
    found = arranged(PLAIN + footer + "\n")
    assert list(found.source["line"]) == [2, 3]
    assert found.footers


@pytest.mark.parametrize("footer", ["Razem: 3", "Sporządziła: Anna", "Podpis", "Stan na jutro", "Suma"])
def test_a_line_that_only_looks_so_is_a_rejected_one(footer: str) -> None:
    found = arranged(PLAIN + footer + "\n")
    assert problems(found) == ["", "", FOOTER]


@pytest.mark.parametrize("line", ["F9;22 999 00 09", "Razem;3;x", "Portiernia"])
def test_a_line_that_does_not_look_so_is_a_line(line: str) -> None:
    found = arranged(PLAIN + line + "\n")
    assert FOOTER not in problems(found)
    assert list(found.source["line"]) == [2, 3, 4]


def test_a_header_that_is_repeated_is_told() -> None:
    assert problems(arranged(PLAIN + PLAIN)) == ["", "", REPEATED, "", ""]


# Spoilt numbers -------------------------------------------------------------------------------------------------------


def spoilt(*numbers: str) -> tuple[list[tuple[int, str]], SourceError | None]:
    """Return the spoilt cells among numbers, by line, and why the file is refused."""
    text = "entity_id;number;comment\n" + "".join(
        f'F1;"{number.replace(chr(34), chr(34) * 2)}";x\n' for number in numbers
    )
    source = arranged(text)
    place = CellReference("phones.csv", source.headers)
    found = spoilt_cells(source.source, place)
    return list(found[["line", "code"]].itertuples(index=False, name=None)), refusal(found.assign(further=""), place)


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("4.8225E+10", EXPONENT),
        ("4,8225E+10", EXPONENT),
        ("4.8e10", EXPONENT),
        ("225520000.0", FRACTION),
        ("225520000,00", FRACTION),
        ("####", HASHES),
    ],
)
def test_one_spoilt_number_is_a_line_and_two_are_a_file(number: str, reason: str) -> None:
    one, refused = spoilt("22 999 00 01", number)
    assert one == [(3, reason)]
    assert refused is None
    two, refused = spoilt(number, "22 999 00 01", number)
    assert [line for line, _ in two] == [2, 4]
    assert refused is not None
    assert "'number'" in refused.message
    assert "lines: 2, 4" in refused.message
    assert number not in str(refused)


def test_a_plus_is_missed_only_where_no_number_has_one() -> None:
    foreign = ["493012345678", "442079460958"]
    found, refused = spoilt("22 999 00 01", *foreign)
    assert [reason for _, reason in found] == [LOST_PLUS, LOST_PLUS]
    assert refused is not None
    assert spoilt("+48 22 999 00 01", *foreign) == ([], None)
    assert spoilt("48229990001", "48229990002") == ([], None)


def test_a_column_of_rounded_numbers_is_refused() -> None:
    assert spoilt(*[f"4822{at}0000" for at in range(100, 106)])[1] is not None
    assert spoilt("482210000", "22 999 00 01", "22 999 00 02", "22 999 00 03") == ([], None)


def test_errors_and_formulas_are_rejected_cells() -> None:
    found, refused = spoilt("#N/D!", "#ADR!", '="22 999 00 01"', "*21#", "#31#")
    assert [line for line, _ in found] == [2, 3, 4]
    assert found[2][1] == FORMULA
    assert refused is None
