"""The codes of what is found in files: programs read them, and they never change their meaning.

What each says to people stands in the catalogues of `tasks/messages/locale`, under the code.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Literal

Level = Literal["file", "error", "warning"]


class FileCode(StrEnum):
    """Why a file cannot be trusted as a whole."""

    FILE_MISSING = "file-missing"
    FILE_KIND = "file-kind"
    FILE_PRIVATE = "file-private"
    FILE_LINK = "file-link"
    FILE_ACCESS = "file-access"
    SOURCE_UNREACHED = "source-unreached"
    FILE_EMPTY = "file-empty"
    FILE_OTHER = "file-other"
    FILE_PACKED = "file-packed"
    FILE_LARGE = "file-large"
    FILE_DAMAGED = "file-damaged"
    ENCODING_BYTES = "encoding-bytes"
    ENCODING_MIXED = "encoding-mixed"
    ENCODING_TWO = "encoding-two"
    ENCODING_UNKNOWN = "encoding-unknown"
    SETTING_MARK = "setting-mark"
    HEADER_UNREADABLE = "header-unreadable"
    HEADER_TWO = "header-two"
    HEADER_LINE = "header-line"
    HEADER_DATA = "header-data"
    HEADER_ABOVE = "header-above"
    HEADER_FOREIGN = "header-foreign"
    HEADER_COLUMN = "header-column"
    HEADER_SAME = "header-same"
    HEADER_REPEATED = "header-repeated"
    LINE_ENDLESS = "line-endless"
    SHEET_SPOILT = "sheet-spoilt"
    SHEET_UNSET = "sheet-unset"
    SHEET_TEXT = "sheet-text"
    SHEET_SEVERAL = "sheet-several"
    SHEET_EMPTY = "sheet-empty"
    BOOK_LARGE = "book-large"
    BOOK_ENTITIES = "book-entities"
    BOOK_DAMAGED = "book-damaged"
    BOOK_UNREADABLE = "book-unreadable"
    SHEET_ORDER = "sheet-order"
    SHEET_LARGE = "sheet-large"
    SHEET_MERGED = "sheet-merged"
    FILE_CLAIMED = "file-claimed"


class LineCode(StrEnum):
    """What is wrong with a line, the heaviest first; the last ones are only to be looked at."""

    LINE_QUOTES = "line-quotes"
    LINE_SWALLOWED = "line-swallowed"
    LINE_FIELDS = "line-fields"
    LINE_SHORT = "line-short"
    CARD_CUT = "card-cut"
    LINE_NUL = "line-nul"
    LINE_HEADER = "line-header"
    LINE_FOOTER = "line-footer"
    LINE_SHIFTED = "line-shifted"
    LINE_HEADING = "line-heading"
    LINE_TABLE = "line-table"
    LINE_COMMENT = "line-comment"
    LINE_HIDDEN = "line-hidden"
    LINE_STRUCK = "line-struck"
    SHEET_UNREAD = "sheet-unread"
    COLUMN_UNREAD = "column-unread"
    COLUMN_ID = "column-id"
    ID_MISSING = "id-missing"
    ID_FORM = "id-form"
    ID_PATTERN = "id-pattern"
    ID_LETTERS = "id-letters"
    NAME_MISSING = "name-missing"
    NAME_LONG = "name-long"
    NAME_TWICE = "name-twice"
    RENAME_TAKEN = "rename-taken"
    RENAME_KEPT = "rename-kept"
    RENAME_TWICE = "rename-twice"
    SHEET_EXPONENT = "sheet-exponent"
    SHEET_FRACTION = "sheet-fraction"
    SHEET_HASHES = "sheet-hashes"
    SHEET_ERROR = "sheet-error"
    SHEET_FORMULA = "sheet-formula"
    SHEET_PLUS = "sheet-plus"
    SHEET_ROUNDED = "sheet-rounded"
    CELL_DATE = "cell-date"
    CELL_TRUTH = "cell-truth"
    CELL_ERROR = "cell-error"
    CELL_FRACTION = "cell-fraction"
    CELL_ROUNDED = "cell-rounded"
    CELL_FORMULA = "cell-formula"
    CELL_MERGED = "cell-merged"
    CELL_LONG = "cell-long"
    CELL_DITTO = "cell-ditto"
    NUMBER_MISSING = "number-missing"
    NUMBER_EMPTY = "number-empty"
    NUMBER_NONE = "number-none"
    NUMBER_CLEARS = "number-clears"
    NUMBER_OTHERS = "number-others"
    NUMBER_LOCAL = "number-local"
    NUMBER_SHORT = "number-short"
    NUMBER_FEW = "number-few"
    NUMBER_MANY = "number-many"
    NUMBER_INVALID = "number-invalid"
    NUMBER_AMBIGUOUS = "number-ambiguous"
    NUMBER_WORDS = "number-words"
    NUMBER_LETTERS = "number-letters"
    NUMBER_SIGNS = "number-signs"
    NUMBER_EXTENSION = "number-extension"
    NUMBER_REST = "number-rest"
    NUMBER_DATE = "number-date"
    NUMBER_DECIMAL = "number-decimal"
    NUMBER_ACCOUNT = "number-account"
    NUMBER_PESEL = "number-pesel"
    NUMBER_OTHER = "number-other"
    NUMBER_TEXT = "number-text"
    NUMBER_OUTDATED = "number-outdated"
    NUMBER_SEVERAL = "number-several"
    NUMBER_INNER = "number-inner"
    EXTENSION_UNREAD = "extension-unread"
    NUMBER_LONG = "number-long"
    LINE_TWICE = "line-twice"
    TEXT_SPOILT = "text-spoilt"
    HEADER_ALONE = "header-alone"
    ID_UNDONE = "id-undone"
    ID_UNLIKE = "id-unlike"
    ID_NEAR = "id-near"
    ID_MISTAKEN = "id-mistaken"
    LETTERS_MIXED = "letters-mixed"
    LETTERS_UNSEEN = "letters-unseen"
    TEXT_UNDONE = "text-undone"
    TEXT_NUMBER = "text-number"


# Such a record may hold lines that are about others than the one at its beginning.
MAY_HOLD_OTHERS: Final = frozenset({LineCode.LINE_QUOTES, LineCode.LINE_FIELDS, LineCode.LINE_NUL})
# About the file as a whole: none of its lines is rejected for it.
OF_THE_FILE: Final = frozenset({LineCode.SHEET_UNREAD})
# Of cells without an id: it may be that of a line above.
NO_ID: Final = frozenset({LineCode.ID_MISSING, LineCode.CELL_DITTO})
TO_BE_LOOKED_AT: Final = frozenset(
    {
        LineCode.HEADER_ALONE,
        LineCode.ID_UNDONE,
        LineCode.ID_UNLIKE,
        LineCode.ID_NEAR,
        LineCode.ID_MISTAKEN,
        LineCode.LETTERS_MIXED,
        LineCode.LETTERS_UNSEEN,
        LineCode.TEXT_UNDONE,
        LineCode.TEXT_NUMBER,
    }
)
