"""Say in a sentence what became of a run, and what its reader should do next."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from schemas.plan import TROUBLE, WRITES, Action, Outcome

Tone = Literal["good", "calm", "plan", "warn", "bad"]

# The words of a report for somebody who did not write this program: what happened, and to whose number.
ACTION_WORDS: Mapping[Action, tuple[str, str]] = {
    Action.ADD: ("Add", "The CSV file has an entry that was not there: it is to be created."),
    Action.MODIFY: (
        "Modify",
        "The entry is there, but its number, its name or its type differs: it is to be corrected.",
    ),
    Action.RENAME: ("Rename", "The number stays, its name changes."),
    Action.DELETE: ("Delete", "The entry is there and the CSV file no longer has it: it is to be removed."),
    Action.KEEP: ("Keep", "The entry is as the CSV file wants it, perhaps spelled differently. Nothing is to be done."),
    Action.HOLD: ("Hold", "A line could not be trusted, so whatever it might refer to is left exactly as it is."),
    Action.FOREIGN: (
        "Foreign",
        "The entry is there, the CSV file does not mention it, and this sync may not delete it.",
    ),
}
OUTCOME_WORDS: Mapping[Outcome, tuple[str, str]] = {
    Outcome.APPLIED: ("Applied", "The change was made, and the service confirmed it."),
    Outcome.UNCHANGED: ("Unchanged", "This run has written nothing here: the entry stands as it was found."),
    Outcome.FAILED: (
        "Failed",
        "The service refused the change. The message says why; what stood there before still does.",
    ),
    Outcome.HELD: ("Held", "Nothing was touched, because a line could not be trusted. Correct it and run again."),
    Outcome.CONFLICT: (
        "Conflict",
        "Somebody changed this entry after the plan was made, so nothing was written. Plan again to see both.",
    ),
    Outcome.UNKNOWN: ("Unknown", "The change was sent and the answer got lost. Only reading tells: resume the run."),
    Outcome.SKIPPED: ("Skipped", "The change was planned but never sent, because the run stopped before it."),
    Outcome.UNPLANNED: (
        "Unplanned",
        "The service changed this entry by itself. What stood there before is in this row.",
    ),
}

# The verbs of a sentence such as "3 of 214 lines failed, 1 is unknown", the worst first.
_TROUBLE_WORDS: Mapping[Outcome, tuple[str, str]] = {
    Outcome.FAILED: ("failed", "failed"),
    Outcome.UNPLANNED: ("was changed unasked", "were changed unasked"),
    Outcome.UNKNOWN: ("is unknown", "are unknown"),
    Outcome.CONFLICT: ("met a conflict", "met a conflict"),
    Outcome.SKIPPED: ("was skipped", "were skipped"),
    Outcome.HELD: ("is held", "are held"),
}


@dataclass(frozen=True)
class Tally:
    """How often each word occurs in the lines of one report, and how many lines there are."""

    lines: int
    actions: Mapping[str, int]
    outcomes: Mapping[str, int]

    @property
    def changes(self) -> int:
        """Lines whose action would write."""
        return sum(self.actions.get(action, 0) for action in WRITES)

    @property
    def trouble(self) -> int:
        """Lines that somebody should look at."""
        return sum(self.outcomes.get(outcome, 0) for outcome in TROUBLE)

    @property
    def is_plan(self) -> bool:
        """Whether nothing has been applied yet, so that no line has an outcome."""
        return not any(self.outcomes.get(outcome, 0) for outcome in Outcome)

    @property
    def wrote(self) -> bool:
        """Whether any change may have reached the target."""
        sent = (Outcome.APPLIED, Outcome.FAILED, Outcome.UNKNOWN, Outcome.UNPLANNED)
        return any(self.outcomes.get(outcome, 0) for outcome in sent)


@dataclass(frozen=True)
class Headline:
    """A page's first sentence, and the one below it; `tone` says how it looks, never what it says."""

    tone: Tone
    title: str
    detail: str = ""


@dataclass(frozen=True)
class NextStep:
    """Something the reader can do next; `command` is "" where no command does it."""

    text: str
    command: str = ""


def headline(summary: Mapping[str, Any], tally: Tally) -> Headline:
    """Return the sentence that is true of this run; the worst that happened decides which it is."""
    stopped = _guards(summary) and not tally.wrote
    if summary.get("error"):
        detail = "Some changes may have been made before." if tally.wrote else "Nothing was written."
        return Headline("bad", f"The run stopped: {summary['error']}", detail)
    if stopped:
        first, *others = _guards(summary)
        also = f" {_count(len(others), 'more guard')} tripped as well." if others else ""
        return Headline("warn", f"A guard stopped this plan: {first}", f"Plan, nothing written.{also}")
    if tally.is_plan:
        return _of_plan(tally)
    return _of_result(summary, tally)


def _of_plan(tally: Tally) -> Headline:
    held = tally.actions.get(Action.HOLD, 0)
    also = f" {_verb(held, 'line')} held: not trusted, so left alone." if held else ""
    if not tally.changes:
        return Headline("warn" if held else "calm", "Nothing to do", f"Plan, nothing written.{also}")
    wanted = _count(tally.changes, "change")
    waits = "waits" if tally.changes == 1 else "wait"
    return Headline(
        "plan", f"Plan, nothing written: {wanted} {waits}", f"{_of_lines(tally)} would stay as they are.{also}"
    )


def _of_result(summary: Mapping[str, Any], tally: Tally) -> Headline:
    applied = tally.outcomes.get(Outcome.APPLIED, 0)
    proof = ""
    if summary.get("verified") is not None:
        agrees = "agrees" if summary["verified"] else "does not agree"
        proof = f"The target was read again and {agrees}."
    made = f"{_count(applied, 'change')} made."
    bad = [word for word in _TROUBLE_WORDS if word is not Outcome.HELD and tally.outcomes.get(word, 0)]
    if bad:
        title, rest = _troubles(tally)
        return Headline("bad", title, f"{rest} {made} {proof}".strip())
    if tally.outcomes.get(Outcome.HELD, 0):
        done = made if applied else "Nothing else had to be done."
        return Headline("warn", _troubles(tally)[0], f"{done} {proof}".strip())
    if summary.get("verified") is False:
        return Headline("warn", f"{made[:-1]}, and the target does not agree", "Plan again to see the difference.")
    if applied:
        all_of_them = "The change is in place" if applied == 1 else f"All {applied:,} changes are in place"
        return Headline("good", all_of_them, proof or "Not yet verified by reading the target again.")
    return Headline("calm", "Nothing to do", proof or "Everything already stands as the CSV file wants it.")


def _troubles(tally: Tally) -> tuple[str, str]:
    """Name the two worst kinds of trouble ("3 of 214 lines failed, 1 is held"), and in a second sentence the others."""
    counts = [(tally.outcomes.get(word, 0), words) for word, words in _TROUBLE_WORDS.items()]
    (first, words), *others = [(count, words) for count, words in counts if count]
    sentence = f"{first:,} of {_count(tally.lines, 'line')} {words[first > 1]}"
    phrases = [sentence, *(f"{count:,} {words[count > 1]}" for count, words in others)]
    rest = ", ".join(phrases[2:])
    return ", ".join(phrases[:2]), f"{rest}." if rest else ""


def next_steps(summary: Mapping[str, Any], tally: Tally) -> list[NextStep]:
    """Return what the reader can do, the most pressing first; nothing where all is well."""
    sync, run = shlex.quote(str(summary.get("sync", ""))), shlex.quote(str(summary.get("run", "")))
    plan = shlex.quote(str(summary.get("plan") or ""))
    occurs = tally.outcomes.get
    steps = []
    if occurs(Outcome.UNKNOWN, 0):
        steps.append(
            NextStep(
                "Settle the lost answers: this reads the target and sends nothing twice.", f"phonesync resume {run}"
            )
        )
    if occurs(Outcome.UNPLANNED, 0):
        steps.append(
            NextStep("See what the service changed by itself, and what would put it back.", f"phonesync plan {sync}")
        )
    if occurs(Outcome.FAILED, 0):
        steps.append(
            NextStep(
                "Read the message of each failed line, correct the CSV file, and run again.", f"phonesync sync {sync}"
            )
        )
    if any(occurs(word, 0) for word in (Outcome.CONFLICT, Outcome.SKIPPED, Outcome.UNPLANNED)):
        text = "Plan again: the new plan starts from what stands there now, and says what would put it right."
        steps.append(NextStep(text, f"phonesync plan {sync}"))
    if occurs(Outcome.HELD, 0) or tally.actions.get(Action.HOLD, 0):
        text = "Correct the lines that could not be trusted; this lists each with its column and reason."
        step = NextStep(text, f"phonesync check {sync}")
        # Where no line was rejected the file is not what they wait for, and looking at it would find nothing.
        waits = NextStep("See in the message of each held line what it waits for.", f"phonesync plan {sync}")
        steps.append(step if summary.get("rejected", 1) else waits)
    guards = _guards(summary)
    if guards and not tally.wrote:
        text = "Look at the lines below. If the plan is right, say so and why; the approval is kept with the plan."
        steps.insert(0, NextStep(text, f"phonesync apply {plan} --approve REASON"))
    elif tally.is_plan and tally.changes and not summary.get("error"):
        steps.append(NextStep("Do exactly what stands below.", f"phonesync apply {plan}"))
    return steps


def _guards(summary: Mapping[str, Any]) -> Sequence[str]:
    return [str(guard["message"]) for guard in summary.get("guards") or ()]


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _verb(number: int, noun: str) -> str:
    return f"{_count(number, noun)} {'is' if number == 1 else 'are'}"


def _of_lines(tally: Tally) -> str:
    rest = tally.lines - tally.changes
    return f"The other {_count(rest, 'line')}" if rest else "No other lines"
