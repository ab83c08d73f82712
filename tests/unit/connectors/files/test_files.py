"""CSV in: nothing is lost, moved or guessed. All names and numbers here are invented."""

from __future__ import annotations

import csv
import io
import os
import re
import socket
import stat
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.files.dialect import Head
from connectors.files.encoding import Decoded, utf8_from
from connectors.files.reading import Dialect, Given, Table, read_csv, read_exactly, read_plain
from connectors.files.writing import write_private
from schemas.errors import ConfigurationError, SourceError
from schemas.problems import Problem, packed
from schemas.reasons import LineCode

EXPECTED = ("entity_id", "number", "comment", "type_id")
HEADER = "entity_id;number;comment"
DIALECT = Dialect("utf-8", ";", '"')
HEAD = Head(DIALECT, ("a", "b"), 0, 2)
NOWHERE = Path("invented.csv")

soup = st.text(alphabet="ab;,\"' \r\n\0ął\ufeff\u2028\x0b", max_size=60)
polish = st.text(alphabet="abAB ąćęłńóśźżĄĆĘŁŃÓŚŹŻ", max_size=8)
cell = st.text(alphabet="ab;,\"' \r\nął\u2028\x0b", max_size=6)
records = st.lists(st.lists(cell, min_size=2, max_size=2), max_size=8)
line_ends = st.sampled_from(["\n", "\r\n", "\r"])


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return tmp_path / "phones.csv"


def read(source: Path, text: str | bytes, set_to: Given = Given()) -> Table:  # noqa: B008 - immutable
    source.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_csv(source, expected=EXPECTED, given=set_to)


def rows_of(table: Table) -> list[list[str]]:
    return [list(row) for row in table.frame.itertuples(index=False)]


def refusal(source: Path, text: str | bytes, set_to: Given = Given()) -> str:  # noqa: B008 - immutable
    with pytest.raises(SourceError) as caught:
        read(source, text, set_to)
    assert caught.value.remedy
    assert str(source) in caught.value.message
    return caught.value.message


def same(one: Table, other: Table) -> bool:
    arrays = [(one.lines, other.lines), (one.problems, other.problems), (one.widths, other.widths)]
    return one.frame.equals(other.frame) and all(
        np.array_equal(left, right) and left.dtype == right.dtype for left, right in arrays
    )


def looks_swallowed(cell: str) -> bool:
    """Tell whether a cell has ends of lines and delimiters in it, as what stands between two stray quotes."""
    return ";" in cell and any(end in cell for end in "\r\n")


# Laws


@given(records, line_ends)
def test_what_a_csv_writer_wrote_is_what_is_read(rows: list[list[str]], end: str) -> None:
    """Reading inverts writing; a cell that looks like lines which a stray quote has swallowed is told as that."""
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=";", lineterminator=end, quoting=csv.QUOTE_ALL).writerows(rows)
    table = read_exactly(NOWHERE, written.getvalue().encode(), HEAD)
    if set(table.problems) - {""}:
        assert any(looks_swallowed(cell) for row in rows for cell in row)
        assert all(LineCode.LINE_SWALLOWED.value in problem for problem in set(table.problems) - {""})
        return
    assert rows_of(table) == rows
    assert set(table.widths) <= {2}


@given(soup, st.sampled_from(";,"), st.sampled_from("\"'"))
def test_any_text_is_read_as_the_csv_module_reads_it_or_says_why_not(text: str, delimiter: str, quote: str) -> None:
    """A row holds exactly the strict reader's fields; where that reader fails there is a problem or an error."""
    head = Head(Dialect("utf-8", delimiter, quote), ("a", "b"), 0, 2)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quotechar=quote, strict=True)
    try:
        wanted = [row for row in reader if len(row) > 1 or "".join(row).strip()]
    except csv.Error:
        wanted = None
    try:
        table = read_exactly(NOWHERE, text.encode(), head)
    except SourceError:
        assert wanted is None
        return
    if wanted is None:
        assert any(table.problems)
        return
    assert list(table.widths) == [len(row) for row in wanted]
    for got, row, problem in zip(rows_of(table), wanted, table.problems, strict=True):
        spoilt = any(row[2:]) or "\0" in "".join(row)
        assert bool(problem) == spoilt
        assert got == (["", ""] if "\0" in "".join(row) else [*row, ""][:2])


@given(soup, st.sampled_from(";,§"), st.sampled_from("\"'"))
def test_the_fast_way_never_changes_a_result(text: str, delimiter: str, quote: str) -> None:
    """Whole columns give the table that record by record gives, or nothing at all."""
    head = Head(Dialect("utf-8", delimiter, quote), ("a", "b"), 0, 2)
    fast = read_plain(NOWHERE, text.encode(), head)
    assert fast is None or same(fast, read_exactly(NOWHERE, text.encode(), head))


@given(st.lists(st.tuples(polish, polish), min_size=1), line_ends)
def test_a_plain_file_takes_the_fast_way(rows: list[tuple[str, str]], end: str) -> None:
    """Files without quotes, blank or uneven lines are read on whole columns: the law above is not empty."""
    body = "".join(f"x{one};{two}{end}" for one, two in rows).encode()
    fast = read_plain(NOWHERE, body, HEAD)
    assert fast is not None
    assert same(fast, read_exactly(NOWHERE, body, HEAD))


@given(
    st.lists(st.tuples(polish, polish)),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "windows-1250", "iso-8859-2"]),
)
def test_polish_text_survives_every_encoding(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], encoding: str
) -> None:
    """However few letters the file has, none of them turns into another one."""
    source = tmp_path_factory.getbasetemp() / "encoded.csv"
    text = HEADER + "\n" + "".join(f"x;{one};{two}\n" for one, two in rows)
    assert rows_of(read(source, text.encode(encoding))) == [["x", *row] for row in rows]


@given(st.lists(st.tuples(cell, line_ends, st.lists(line_ends, max_size=2)), max_size=8))
def test_line_numbers_are_those_of_an_editor(rows: list[tuple[str, str, list[str]]]) -> None:
    """A row's line is one more than the line ends before it, inside quotes and on blank lines too."""
    text, wanted = "", []
    for value, end, blanks in rows:
        wanted.append(2 + len(re.findall(r"\r\n|\r|\n", text)))
        text += 'x;"' + value.replace('"', '""') + '"' + end + "".join(blanks)
    table = read_exactly(NOWHERE, text.encode(), HEAD)
    torn = [value for value, _, _ in rows if looks_swallowed(value)]
    # The lines of a record that is torn apart have rows of their own; those of all others stay.
    assert set(wanted) <= {*map(int, table.lines)}
    assert list(table.lines) == wanted or torn


@given(soup)
def test_no_message_holds_a_cell(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    source = tmp_path_factory.getbasetemp() / "secret.csv"
    try:
        table = read(source, f"{HEADER}\nsecret{text}")
    except SourceError as error:
        assert "secret" not in str(error).replace(str(source), "")  # noqa: PT017 - a law: it may or may not raise
    else:
        assert not any("secret" in problem for problem in table.problems)


# What a file looks like


def test_columns_are_text_and_rows_are_numbered(source: Path) -> None:
    table = read(source, f"{HEADER}\n0100;+48 22 55 20 000;NA\n7;;\n")
    assert rows_of(table) == [["0100", "+48 22 55 20 000", "NA"], ["7", "", ""]]
    assert {str(dtype) for dtype in table.frame.dtypes} == {"str"}
    assert list(table.frame.columns) == list(table.header) == HEADER.split(";")
    assert [array.dtype for array in (table.lines, table.widths, table.problems)] == ["int64", "int64", "object"]
    assert list(table.frame.index) == [0, 1]


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize("quote", ['"', "'"])
def test_the_dialect_is_found_out(source: Path, delimiter: str, quote: str) -> None:
    text = "entity_id;number;comment\n1;2;'a;b'\n".replace(";", delimiter).replace("'", quote)
    table = read(source, text)
    assert table.dialect == Dialect("utf-8", delimiter, quote)
    assert rows_of(table) == [["1", "2", f"a{delimiter}b"]]


def test_apostrophes_in_names_quote_nothing(source: Path) -> None:
    table = read(source, f"{HEADER}\n1;2;'t Hooft\n2;3;O'Brien\n3;4;Dom '\n")
    assert table.dialect.quotechar == '"'
    assert list(table.frame["comment"]) == ["'t Hooft", "O'Brien", "Dom '"]


def test_the_expected_names_tell_the_delimiter_not_their_number(source: Path) -> None:
    table = read(source, "entity_id;number;a,b,c,d,e,f\n1;2;3\n")
    assert table.header == ("entity_id", "number", "a,b,c,d,e,f")


def test_the_settings_win(source: Path) -> None:
    table = read(source, HEADER + "\n1;2;'x'\n", Given(encoding="iso-8859-2", quotechar='"', delimiter=";"))
    assert table.dialect == Dialect("iso-8859-2", ";", '"')
    assert list(table.frame["comment"]) == ["'x'"]


def test_a_set_encoding_still_drops_its_mark(source: Path) -> None:
    assert read(source, HEADER.encode("utf-8-sig"), Given(encoding="utf-8")).header == tuple(HEADER.split(";"))


@pytest.mark.parametrize("first", ["sep=,", "SEP=,", '"sep=,"', "\ufeffsep=,"])
def test_a_separator_line_is_understood_and_counted(source: Path, first: str) -> None:
    table = read(source, f"{first}\r\nentity_id,number\r\n1,2\r\n")
    assert rows_of(table) == [["1", "2"]]
    assert list(table.lines) == [3]


def test_header_cells_are_stripped_and_trailing_ones_without_a_name_left_out(source: Path) -> None:
    table = read(source, '\n \ufeffentity_id ;"number\n";comment;;\n1;2;3;;\n4;5;6;7;\n')
    assert table.header == ("entity_id", "number", "comment")
    assert rows_of(table) == [["1", "2", "3"], ["4", "5", "6"]]
    assert list(table.lines) == [4, 5]
    assert list(table.problems) == ["", packed(Problem(LineCode.LINE_FIELDS, {"n": "5", "m": "3"}))]


def test_short_rows_are_padded_and_say_so(source: Path) -> None:
    table = read(source, f"{HEADER}\n1\n1;2\n1;2;3;;\n")
    assert rows_of(table) == [["1", "", ""], ["1", "2", ""], ["1", "2", "3"]]
    assert list(table.widths) == [1, 2, 5]
    assert not any(table.problems)


def test_bad_quoting_spoils_its_own_record_only(source: Path) -> None:
    table = read(source, f'{HEADER}\n1;"2"x;3\n4;"5\n6"y;7\n8;9;"z"\n')
    assert rows_of(table) == [["", "", ""], ["", "", ""], ["8", "9", "z"]]
    assert list(table.problems) == [packed(Problem(LineCode.LINE_QUOTES, {"quote": '"'}))] * 2 + [""]
    assert list(table.lines) == [2, 3, 5]
    assert list(table.widths) == [0, 0, 3]


def test_a_nul_byte_spoils_its_row_only(source: Path) -> None:
    table = read(source, f"{HEADER}\n1;2\0;3\n4;5;6\n")
    assert rows_of(table) == [["", "", ""], ["4", "5", "6"]]
    assert list(table.problems) == [packed(Problem(LineCode.LINE_NUL)), ""]


def test_a_header_alone_is_a_table_without_rows(source: Path) -> None:
    table = read(source, HEADER)
    assert table.frame.shape == (0, 3)
    assert {str(dtype) for dtype in table.frame.dtypes} == {"str"}
    assert table.lines.dtype == np.int64


def test_more_records_than_are_held_at_a_time(source: Path) -> None:
    table = read(source, HEADER + "\n" + "".join(f'{i};"{i}";\n' for i in range(2500)))
    assert list(table.frame["number"]) == [str(i) for i in range(2500)]
    assert list(table.lines) == list(range(2, 2502))


def test_foreign_letters_do_not_outvote_polish_ones(source: Path) -> None:
    text = f"{HEADER}\n1;2;Tomáš Dąbek\n2;3;Świętosława\n"
    assert list(read(source, text.encode("iso-8859-2")).frame["comment"]) == ["Tomáš Dąbek", "Świętosława"]


# What is refused


def test_a_quote_that_never_closes_is_named_where_it_opens(source: Path) -> None:
    assert ", line 3: a quotation mark is opened here" in refusal(source, f'{HEADER}\n1;"a\nb";"c\n2;3;4\n')


def test_a_quote_that_closes_too_late_is_named_where_it_opens(source: Path) -> None:
    rest = "".join(f"{i};2;some comment\n" for i in range(20_000))
    assert ", line 4: a quotation mark is opened here" in refusal(
        source, f'{HEADER}\n1;"a\nb";3\n2;3;"c\n{rest}9;9;"z"\n'
    )


def test_a_field_without_end_is_refused_on_both_ways(source: Path) -> None:
    assert ", line 3: a quotation mark is opened here" in refusal(source, f"{HEADER}\n1;2;3\n1;2;{'x' * 131_073}\n")
    assert read(source, f"{HEADER}\n1;2;{'x' * 131_072}\n").lines[0] == 2


def test_two_columns_of_one_name(source: Path) -> None:
    assert "line 2: the header has 'number' more than once" in refusal(source, "sep=;\nnumber; number ;comment\n")


def test_a_header_without_any_expected_name(source: Path) -> None:
    message = refusal(source, "Jednostka;Telefon\n1;2\n")
    assert "found: 'Jednostka', 'Telefon'; expected: 'entity_id', 'number', 'comment', 'type_id'" in message


def test_a_file_without_a_header_shows_no_number(source: Path) -> None:
    message = refusal(source, "Kowalska;22 552 00 00\n")
    assert "looks like data" in message
    assert "Kowalska" not in message


@pytest.mark.parametrize(
    "text", ["\n\n", "\ufeff", '"entity_id;number\n1;2', 'entity_id;number;"comment\n', "number;'comment\n"]
)
def test_a_file_without_a_readable_header(source: Path, text: str) -> None:
    assert "the header cannot be read" in refusal(source, text)


def test_a_set_encoding_that_does_not_fit_names_line_and_byte(source: Path) -> None:
    raw = f"{HEADER}\r\n1;2;ó\r\n1;2;".encode() + b"\xb1\n"
    message = refusal(source, raw, Given(encoding="utf-8"))
    assert f"line 3: byte {len(raw) - 1} of the file (0xB1) is not valid utf-8" in message


def test_utf8_with_one_broken_letter_is_not_taken_for_another_encoding(source: Path) -> None:
    assert "line 3" in refusal(source, f"{HEADER}\n1;2;Łódź\n1;2;Łód".encode() + b"\xc5\n")


def test_half_a_character_at_the_end(source: Path) -> None:
    assert "line 2" in refusal(source, f"{HEADER}\n1;2;3".encode("utf-16")[:-1])


def test_two_letters_that_look_like_one_of_utf8(source: Path) -> None:
    assert list(read(source, f"{HEADER}\n1;2;CZĘŚCI\n".encode("windows-1250")).frame["comment"]) == ["CZĘŚCI"]
    assert list(read(source, f"{HEADER}\n1;2;Соловʼяненко\n").frame["comment"]) == ["Соловʼяненко"]


def test_letters_that_fit_two_encodings_are_not_guessed(source: Path) -> None:
    assert "windows-1250 (;ľ) and as iso-8859-2 (;ž)" in refusal(source, HEADER.encode() + b"\n1;2;\xbe\n")


def test_bytes_of_no_encoding_known_here(source: Path) -> None:
    assert "(0x81) is not" in refusal(source, HEADER.encode() + b"\n1;2;\x81\n")


def test_an_encoding_that_does_not_exist(source: Path) -> None:
    with pytest.raises(ConfigurationError, match="the encoding 'utf-9' does not exist"):
        read(source, HEADER, Given(encoding="utf-9"))


def test_nothing_to_read(source: Path, tmp_path: Path) -> None:
    assert "it has no header" in refusal(source, b"")
    for path, words in [(tmp_path, "not a file"), (tmp_path / "x", "does not exist"), (source / "x", "cannot be read")]:
        with pytest.raises(SourceError, match=words):
            read_csv(path, expected=EXPECTED)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_no_permission(source: Path) -> None:
    source.touch(mode=0o000)
    with pytest.raises(SourceError, match="cannot be read"):
        read_csv(source, expected=EXPECTED)


# What is written


@pytest.mark.parametrize(("data", "wanted"), [("Łódź\r\n", "Łódź\r\n".encode()), (b"\0\xff", b"\0\xff")])
def test_a_private_file_is_whole_and_private(tmp_path: Path, data: str | bytes, wanted: bytes) -> None:
    path = tmp_path / "new" / "report.csv"
    write_private(path, "before")
    path.chmod(0o644)
    write_private(path, data)
    assert path.read_bytes() == wanted
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_a_file_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "taken"
    path.mkdir()
    with pytest.raises(ConfigurationError, match="cannot be written"):
        write_private(path, "x")
    assert list(tmp_path.iterdir()) == [path]


# What holds for every test


def test_only_loopback_is_reached() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock, pytest.raises(RuntimeError, match="only loopback"):
        sock.connect(("192.0.2.1", 9))


@given(st.text(st.characters(codec="utf-8"), max_size=30), st.integers(0, 30))
def test_what_follows_the_header_is_the_same_in_every_encoding(text: str, start: int) -> None:
    raw = text.encode()
    for decoded in (
        Decoded(text, "utf-8", "ascii" if raw.isascii() else "utf-8"),
        Decoded(text, "utf-8", "set"),
        Decoded(text, "utf-16", "mark"),
    ):
        assert utf8_from(raw, decoded, min(start, len(text))) == text[start:].encode()
