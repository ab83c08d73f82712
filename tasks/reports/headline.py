"""Say in a sentence what became of a run, and what its reader should do next."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from schemas.plan import SENT, TROUBLE, WRITES, Action, Outcome
from schemas.settings import Language
from tasks.messages.catalogue import counted, plural, text
from tasks.messages.command_lines import as_typed
from tasks.messages.errors import told_again
from tasks.messages.guards import guard_sentence

Tone = Literal["good", "calm", "plan", "warn", "bad"]

# Errors after which nothing helps but a new plan.
_PLAN_ANEW: Final = frozenset(
    {"service_changed", "plan_of_other_target", "interrupted_of_other_target", "slice_of_other_target", "overtaken"}
)
# The worst first.
_TROUBLES: Final = (
    Outcome.FAILED,
    Outcome.UNPLANNED,
    Outcome.UNKNOWN,
    Outcome.CONFLICT,
    Outcome.SKIPPED,
    Outcome.HELD,
)


def action_words(lang: Language = "en") -> dict[Action, tuple[str, str]]:
    """Return what each action is called, and what it means, for somebody who did not write this program."""
    return {word: _word(str(word.value), lang) for word in Action}


def outcome_words(lang: Language = "en") -> dict[Outcome, tuple[str, str]]:
    """Return what each outcome is called, and what it means."""
    return {word: _word(str(word.value), lang) for word in Outcome}


def _word(name: str, lang: Language) -> tuple[str, str]:
    return text(f"report.{name}", lang), text(f"report.{name}.meaning", lang)


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
        return any(self.outcomes.get(outcome, 0) for outcome in SENT)


@dataclass(frozen=True)
class Headline:
    """A page's first sentence, and the one below it; `tone` says how it looks, never what it says."""

    tone: Tone
    title: str
    detail: str = ""

    def with_commands(self, command: str) -> Headline:
        """Return it with its commands as they are typed there."""
        return replace(self, title=as_typed(self.title, command), detail=as_typed(self.detail, command))


@dataclass(frozen=True)
class NextStep:
    """Something the reader can do next; `command` is "" where no command does it."""

    text: str
    command: str = ""

    def with_commands(self, command: str) -> NextStep:
        """Return it with its commands as they are typed there."""
        return replace(self, text=as_typed(self.text, command), command=as_typed(self.command, command))


def waits_for_yes(summary: Mapping[str, Any]) -> bool:
    """Tell whether a guard has stopped a plan that nobody has allowed yet; one that was allowed has been carried out.

    Args:
        summary: one element of `syncs` as `--json` prints it.
    """
    return bool(summary.get("guards")) and not summary.get("approvals")


def headline(summary: Mapping[str, Any], tally: Tally, lang: Language = "en") -> Headline:
    """Return the sentence that is true of this run; the worst that happened decides which it is."""
    if summary.get("continued_in") and not tally.wrote:
        return Headline("calm", _said("applied_since", lang, run=summary["continued_in"]), _said("as_planned", lang))
    stopped = guard_sentences(summary, lang) if waits_for_yes(summary) and not tally.wrote else []
    if summary.get("error") and not (stopped and summary.get("error_code") == "guard_stopped"):
        detail = "may_be_made" if tally.wrote else "nothing_written"
        return Headline("bad", _said("stopped", lang, error=told_again(summary, lang)), _said(detail, lang))
    if stopped:
        first, *others = stopped
        also = counted(lang, "report.many_more_guards", len(others)) if others else ""
        return Headline("warn", _said("guarded", lang, guard=first), _joined(_said("plan_only", lang), also))
    if tally.is_plan:
        return _of_plan(tally, lang)
    return _of_result(summary, tally, lang)


def _of_plan(tally: Tally, lang: Language) -> Headline:
    held = tally.actions.get(Action.HOLD, 0)
    also = counted(lang, "report.many_held_plan", held) if held else ""
    if not tally.changes:
        detail = _joined(_said("plan_only", lang), also)
        return Headline("warn" if held else "calm", _said("nothing_to_do", lang), detail)
    rest = tally.lines - tally.changes
    stay = counted(lang, "report.many_others_stay", rest) if rest else _said("no_others_stay", lang)
    return Headline("plan", counted(lang, "report.many_changes_wait", tally.changes), _joined(stay, also))


def _of_result(summary: Mapping[str, Any], tally: Tally, lang: Language) -> Headline:
    applied = tally.outcomes.get(Outcome.APPLIED, 0)
    proof = ""
    if summary.get("verified") is not None:
        proof = _said("agrees" if summary["verified"] else "disagrees", lang)
    made = counted(lang, "report.many_made", applied)
    if any(tally.outcomes.get(word, 0) for word in _TROUBLES if word is not Outcome.HELD):
        title, rest = _troubles(tally, lang)
        return Headline("bad", title, _joined(rest, made, proof))
    if tally.outcomes.get(Outcome.HELD, 0):
        done = made if applied else _said("nothing_else", lang)
        return Headline("warn", _troubles(tally, lang)[0], _joined(done, proof))
    if summary.get("verified") is False:
        return Headline("warn", counted(lang, "report.many_made_disagrees", applied), _said("see_difference", lang))
    if applied:
        both = _said("both_in_place", lang) if applied == 2 else ""  # nobody says "all 2"
        title = both or counted(lang, "report.many_in_place", applied)
        return Headline("good", title, proof or _said("not_verified", lang))
    return Headline("calm", _said("nothing_to_do", lang), proof or _said("as_wanted", lang))


def _troubles(tally: Tally, lang: Language) -> tuple[str, str]:
    """Name the two worst kinds of trouble ("3 of 214 lines failed, 1 is held"), and in a second sentence the others."""
    (first, number), *others = [
        (str(word.value), tally.outcomes.get(word, 0)) for word in _TROUBLES if tally.outcomes.get(word, 0)
    ]
    lines = plural(lang, "report_of_lines", tally.lines)
    sentence = counted(lang, f"report.first_{first}", number).replace("{of}", lines)
    phrases = [sentence, *(counted(lang, f"report.also_{word}", count) for word, count in others)]
    rest = ", ".join(phrases[2:])
    return ", ".join(phrases[:2]), f"{rest}." if rest else ""


def next_steps(summary: Mapping[str, Any], tally: Tally, lang: Language = "en") -> list[NextStep]:
    """Return what the reader can do, the most pressing first; nothing where all is well."""
    if later := summary.get("continued_in"):
        return [NextStep(text("report.step_continued", lang), f"phonesync show {shlex.quote(str(later))}")]
    return _open_steps(summary, tally, lang)


def _open_steps(summary: Mapping[str, Any], tally: Tally, lang: Language) -> list[NextStep]:
    """Return what can be done where no other run has done it since."""
    sync, run = shlex.quote(str(summary.get("sync", ""))), shlex.quote(str(summary.get("run", "")))
    plan = shlex.quote(str(summary.get("plan") or ""))
    occurs = tally.outcomes.get
    steps = []

    def step(name: str, command: str) -> NextStep:
        return NextStep(text(f"report.{name}", lang), command)

    blocked = waits_for_yes(summary) and not tally.wrote
    stopped = _after_error(summary, sync) if summary.get("error") and not blocked else None
    if occurs(Outcome.UNKNOWN, 0):
        steps.append(step("step_unknown", f"phonesync resume {run}"))
    if stopped:
        steps.append(step(*stopped))
    if occurs(Outcome.UNPLANNED, 0):
        steps.append(step("step_unplanned", f"phonesync plan {sync}"))
    if occurs(Outcome.FAILED, 0):
        steps.append(step("step_failed", f"phonesync sync {sync}"))
    # Where a guard or an error stopped it, a new plan stops again.
    again = () if blocked or stopped else (Outcome.CONFLICT, Outcome.SKIPPED, Outcome.UNPLANNED)
    if any(occurs(word, 0) for word in again):
        steps.append(step("step_again", f"phonesync plan {sync}"))
    if occurs(Outcome.HELD, 0) or tally.actions.get(Action.HOLD, 0):
        # Where no line was rejected the file is not what they wait for, and looking at it would find nothing.
        correct = step("step_correct", f"phonesync check {sync}")
        steps.append(correct if summary.get("rejected", 1) else step("step_waits", f"phonesync plan {sync}"))
    if blocked:
        reason = text("say.reason", lang)
        decide = (("step_approve", "approve"), ("step_refuse", "refuse"))
        steps[:0] = [step(name, f'phonesync apply {plan} --{word} "{reason}"') for name, word in decide]
    elif tally.is_plan and tally.changes and not summary.get("error"):
        steps.append(step("step_apply", f"phonesync apply {plan}"))
    return steps


def _after_error(summary: Mapping[str, Any], sync: str) -> tuple[str, str]:
    """Return what helps after the error that stopped a run: the file, the plan, or what it could not reach."""
    if "advice" in (summary.get("error_values") or {}):  # a file that cannot be used as a whole
        return "step_file", f"phonesync check {sync}"
    if summary.get("error_code") in _PLAN_ANEW:
        return "step_again", f"phonesync plan {sync}"
    return "step_error", "phonesync doctor"


def guard_sentences(summary: Mapping[str, Any], lang: Language = "en") -> list[str]:
    """Return what each guard that tripped says."""
    return [guard_sentence(guard, lang) for guard in summary.get("guards") or ()]


def _said(name: str, lang: Language, **values: object) -> str:
    return text(f"report.{name}", lang).format(**values)


def _joined(*sentences: str) -> str:
    return " ".join(filter(None, sentences))
