"""constraints.txt, made anew: every package that is installed, with its version and the hashes of its files.

`make constraints` runs it with uv, which resolves for each Python and system that phonesync may run on. Versions stay
as they are where pyproject.toml allows them; a line that is taken out of the file is resolved to the newest one.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
FILE = ROOT / "constraints.txt"
_HEAD = """\
# What is installed, in which versions, and the hashes that its files have to have; `make constraints` writes it.
# `make install` takes [build], [run], and what EXTRAS="postgres smb" names; `make develop` takes [dev] too.
"""
_BLOCK = re.compile(r"^\S.*?(?<!\\)$", re.MULTILINE | re.DOTALL)
_PINNED = re.compile(r"^([a-z0-9][a-z0-9._-]*)(?:\[[a-z]+\])?==([^ ;\\]+)", re.MULTILINE)


def sections() -> dict[str, list[str]]:
    """Return the blocks of the file by their sections: a pinned package and its hashes."""
    found: dict[str, list[str]] = {}
    for part in re.split(r"^# \[", FILE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        name, _, blocks = part.partition("]\n")
        found[name] = _BLOCK.findall(blocks)
    return found


def pins(text: str) -> dict[str, str]:
    """Return the versions that stand in a text."""
    return dict(_PINNED.findall(text))


def resolved(uv: str, wanted: list[str], known: dict[str, str]) -> list[str]:
    """Return the blocks that these requirements come to, in known versions where they fit."""
    pinned = ROOT / ".venv" / "known.txt"
    pinned.write_text("".join(f"{name}=={version}\n" for name, version in known.items()), encoding="utf-8")
    command = [uv, "pip", "compile", "-", "--universal", "--generate-hashes", "--python-version", "3.11"]
    command += ["--no-header", "--no-annotate", "--quiet", "--constraint", str(pinned)]
    made = subprocess.run(  # noqa: S603 - the one that the Makefile names
        command, input="\n".join(wanted), capture_output=True, text=True, check=True, cwd=ROOT
    )
    return _BLOCK.findall(made.stdout)


def main(uv: str) -> None:
    """Write the file."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    running, extras = project["project"]["dependencies"], project["project"]["optional-dependencies"]
    known = pins(FILE.read_text(encoding="utf-8"))
    build = project["build-system"]["requires"]
    parts = {"run": resolved(uv, running, known), "build": resolved(uv, [*build, "editables"], known)}
    for extra, more in sorted(extras.items()):
        parts[extra] = resolved(uv, [*running, *more], known | pins("\n".join(parts["run"])))
    run = set(parts["run"])
    text = _HEAD
    for name, blocks in parts.items():
        kept = [block for block in blocks if name == "run" or block not in run]
        text += f"\n# [{name}]\n" + "".join(f"{block}\n" for block in kept)
    FILE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
