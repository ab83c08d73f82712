"""What is installed is what was looked at: each package has one version and the hashes of its files, and no address."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from importlib.metadata import distributions
from pathlib import Path
from zipfile import ZipFile

from packaging.utils import canonicalize_name

from tests.constraints import FILE, ROOT, pins, sections

HASHED = re.compile(r"(?: \\\n    --hash=sha256:[0-9a-f]{64})+")
PIPS = {"pip", "setuptools", "phonesync"}  # Python's own, and what is installed from here


def test_every_section_of_the_project_has_its_packages_with_hashes() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    found = sections()
    assert set(found) == {"run", "build", *project["optional-dependencies"]}
    for name, blocks in found.items():
        assert blocks, name
        for block in blocks:
            pinned, _, _ = block.partition(" \\\n")
            assert re.fullmatch(r"[a-z0-9][a-z0-9._-]*(\[[a-z]+\])?==[^ ;]+( ; .+)?", pinned), pinned
            assert HASHED.fullmatch(block.removeprefix(pinned)), pinned


def test_a_package_has_one_version_and_no_address() -> None:
    text = FILE.read_text(encoding="utf-8")
    assert "://" not in text
    versions: dict[str, set[str]] = {}
    for blocks in sections().values():
        for name, version in pins("\n".join(blocks)).items():
            versions.setdefault(name, set()).add(version)
    assert {name: found for name, found in versions.items() if len(found) > 1} == {}


def test_what_is_installed_here_stands_there() -> None:
    known = pins(FILE.read_text(encoding="utf-8"))
    installed = {canonicalize_name(one.metadata["Name"]): one.version for one in distributions()}
    assert {
        name: version for name, version in installed.items() if name not in PIPS and known.get(name) != version
    } == {}


def test_a_file_with_another_hash_is_not_installed(tmp_path: Path) -> None:
    wheel = tmp_path / "invented-1-py3-none-any.whl"
    with ZipFile(wheel, "w") as packed:
        packed.writestr("invented-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: invented\nVersion: 1\n")
        packed.writestr("invented-1.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        packed.writestr("invented-1.dist-info/RECORD", "")
    wanted = tmp_path / "wanted.txt"
    wanted.write_text(f"invented==1 --hash=sha256:{'0' * 64}\n", encoding="utf-8")
    command = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--no-deps", "--require-hashes"]
    command += ["--no-index", "--find-links", str(tmp_path), "--target", str(tmp_path / "there"), "-r", str(wanted)]
    tried = subprocess.run(  # noqa: S603 - what the Makefile runs
        command,
        capture_output=True,
        text=True,
        check=False,
    )
    assert tried.returncode != 0
    assert "THESE PACKAGES DO NOT MATCH THE HASHES" in tried.stderr


def test_every_command_that_installs_asks_for_hashes() -> None:
    """The tools that look from outside, and what benchmarks are compared with, are no part of what runs."""
    for name in ("Makefile", "Containerfile"):
        text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
        for line in re.findall(r"^.*\bpip install\b.*$", text, re.MULTILINE):
            outside = any(tool in line for tool in ("uv;", "pip-audit;", "cyclonedx-bom;", "versions.txt"))
            own = "--no-deps --no-build-isolation" in line
            assert outside or own or "--no-deps --require-hashes" in line, line
