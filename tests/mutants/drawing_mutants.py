"""The mutants that mutmut can make of a room, and the same ones drawn each time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import unified_diff
from hashlib import sha256

import libcst as cst
from mutmut.mutation.file_mutation import create_mutations

from tests.mutants.rooms import ROOT, SEED, Room


@dataclass(frozen=True)
class Mutant:
    """One module with one change in it."""

    name: str  # stays the same while other places of the module change
    function: tuple[str, str, str]  # the module's path, the class or nothing, the function
    module: cst.Module
    before: cst.CSTNode
    after: cst.CSTNode

    @property
    def path(self) -> str:
        """Return where the module is."""
        return self.function[0]

    def code(self) -> str:
        """Return the text of the changed module."""
        changed = self.module.deep_replace(self.before, self.after)  # type: ignore[arg-type]
        assert isinstance(changed, cst.Module)
        return changed.code

    def difference(self) -> str:
        """Return the lines that change, as people read them."""
        lines = unified_diff(self.module.code.splitlines(), self.code().splitlines(), lineterm="", n=0)
        return "\n".join(line for line in list(lines)[2:] if not line.startswith("@@"))

    def row(self) -> str:
        """Return the row that the page has for a mutant that changes nothing, without the reason."""
        path, _, function = self.function
        before, after = (" ".join(self.module.code_for_node(node).split()) for node in (self.before, self.after))
        change = f"`{before}` → `{after}`".replace("|", "\\|")
        return f"| `{self.name}` | `{path} {function}` | {change} |  |"


def draw(room: Room) -> list[Mutant]:
    """Return as many mutants as are drawn in the room: those whose names come first."""
    every = [mutant for path in room.files() for mutant in _every(path)]
    return sorted(every, key=lambda mutant: mutant.name)[: room.drawn]


def _every(path: str) -> Iterator[Mutant]:
    module, mutations, _, _ = create_mutations(path, (ROOT / path).read_text(encoding="utf-8"))
    owners = {
        id(inner): node.name.value for node in module.body if isinstance(node, cst.ClassDef) for inner in node.body.body
    }
    alike: Counter[tuple[str, ...]] = Counter()
    for mutation in mutations:
        inside = mutation.contained_by_top_level_function
        if not isinstance(inside, cst.FunctionDef):
            continue  # what a module says at once: without it no test would even begin
        function = (path, owners.get(id(inside), ""), inside.name.value)
        before, after = mutation.original_node, mutation.mutated_node
        reads = (*function, module.code_for_node(before), module.code_for_node(after))
        alike[reads] += 1
        name = sha256("\0".join((SEED, *reads, str(alike[reads]))).encode()).hexdigest()[:8]
        yield Mutant(name, function, module, before, after)
