"""Files that are packed: taken apart, one part of them changed, and packed again.

A change of the packed bytes themselves hardly ever gets past the first checksum.
"""

from __future__ import annotations

import io
import random
import zipfile
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress

from connectors.files.workbook import DAMAGED

Mutate = Callable[[bytes, int], bytes]


def zipped(parts: Mapping[str, bytes]) -> bytes:
    """Return an archive of parts; the same parts give the same bytes."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return whole.getvalue()


def within(data: bytes, size: int, seed: int, mutate: Mutate) -> bytes:
    """Return an input, four bytes of choices and a file, with a change inside what is packed, or outside.

    Args:
        data: the input.
        size: how long it may become.
        seed: decides what is changed.
        mutate: changes bytes, given how many they may become.
    """
    dice = random.Random(seed)  # noqa: S311 - no secret: the same seed makes the same change
    choice, raw = data[:4], data[4:]
    changed = b""
    if dice.random() < 0.9:
        with suppress(*DAMAGED):
            changed = _inside(raw, dice, mutate)
    return choice + changed if 0 < len(changed) <= size - 4 else mutate(data, size)


def _inside(raw: bytes, dice: random.Random, mutate: Mutate) -> bytes:
    if raw.startswith(b"\x1f\x8b"):
        content = zlib.decompressobj(wbits=31).decompress(raw, 1 << 16)
        packer = zlib.compressobj(wbits=31)
        return packer.compress(mutate(content, 1 << 16)) + packer.flush()
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    if not parts:
        return b""
    sheets = [name for name in parts if "sheets/" in name]  # what differs most from file to file
    name = dice.choice(sheets if sheets and dice.random() < 0.5 else [*parts])
    parts[name] = mutate(parts[name], 1 << 16)
    return zipped(parts)
