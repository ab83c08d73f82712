"""A day at the front door: what a clerk does in Prefect's pages, in a browser, with nothing but them. All invented.

One server for the whole story, told in the order of the day. The browser's trace, with the page as it stood at every
step, is `front-door.zip` in the test's temporary folder: `playwright show-trace` plays it.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from waiting import eventually

from connectors.ledger.store import Ledger
from connectors.sandbox.options import UsosOptions
from connectors.sandbox.server import Sandbox
from connectors.sandbox.server import serve as serve_sandbox
from flows.sandbox import read_state
from tests.prefect.serving import Receiver, Served, make_served, receiving

WIDTH, HEIGHT = 1180, 800
LINES = 219
BROKEN = 214
PATIENCE = 120_000  # milliseconds; a busy machine takes half a minute to start a run
WHO = "Anna Nowak"
WHY = "the porter's list was renewed"


@dataclass
class Door:
    """What is served, and the one page that a clerk looks at."""

    served: Served
    sandbox: Sandbox
    receiver: Receiver
    page: Any
    pictures: Path
    asked: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.served.port}"

    def deployment(self, name: str) -> None:
        """Go to a deployment's page the way a clerk does: by its name."""
        self.page.get_by_role("link", name="Deployments").first.click()
        self.page.get_by_placeholder("Search deployments").fill(name)
        self.page.get_by_text("Page 1 of 1").wait_for()  # a list that still moves is missed
        self.page.get_by_role("link", name=name, exact=True).first.click()
        self.page.wait_for_url("**/deployments/deployment/**")

    def form(self, name: str) -> None:
        """Open a deployment's form."""
        self.deployment(name)
        self.page.get_by_role("button", name="Run", exact=True).click()
        self.page.get_by_role("menuitem", name="Custom run").click()

    def submit(self) -> Any:
        """Send the form, and return the server's answer."""
        return self.ask("/create_flow_run", self.page.get_by_role("button", name="Submit"))

    def quick_run(self, name: str) -> Any:
        """Start a run on a deployment's page, and return the server's answer."""
        self.deployment(name)
        run = self.page.get_by_role("button", name="Run", exact=True)
        return self.ask("/create_flow_run", run, self.page.get_by_role("menuitem", name="Quick run"))

    def ask(self, place: str, *clicks: Any) -> Any:
        """Click through to what sends something to a place of Prefect's API, and return the answer.

        Where something else is just being written to its SQLite, Prefect's page says "Unknown error": press again.
        """
        for _ in range(5):
            for click in clicks[:-1]:
                click.click()
            with self.page.expect_response(lambda answer: answer.url.endswith(place)) as answered:
                clicks[-1].click()
            if answered.value.status != HTTPStatus.SERVICE_UNAVAILABLE:
                break
        return answered.value

    def follow(self, run: Any, state: str) -> None:
        """Go to the run that was just started, and wait until its page says how it stands."""
        told = self.page.get_by_role("link", name="View run")  # for some seconds
        listed = self.page.get_by_role("link", name=run.json()["name"], exact=True)
        told.or_(listed).first.click()
        self.page.get_by_text(state, exact=True).first.wait_for(timeout=PATIENCE)

    def sentence(self) -> str:
        """Return how the run ended, as its page says."""
        self.page.get_by_role("tab", name="Details").click()
        said = self.page.get_by_role("tabpanel", name="Details").locator("dl", has_text="State Message")
        return str(said.text_content())

    def beside(self, link: Any) -> Any:
        """Follow a link into a tab of its own, and return that."""
        with self.page.context.expect_page() as opened:
            link.click(modifiers=["Control"])
        return opened.value

    def picture(self, name: str, height: int, of: Any = None) -> None:
        """Take a picture for docs/images, of the page or of something in it; `tests/screenshots.py` puts it there."""
        self.page.set_viewport_size({"width": WIDTH, "height": height})
        (of or self.page).screenshot(path=self.pictures / f"{name}.png")
        self.page.set_viewport_size({"width": WIDTH, "height": HEIGHT})


@pytest.fixture(scope="module")
def door(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """Serve one configuration, and record what the browser does."""
    folder, pictures = tmp_path_factory.mktemp("university"), tmp_path_factory.mktemp("pictures")
    state = read_state(None)
    state["usos"]["entities"]["faculty"] = {
        faculty: [{"number": number, "comment": {"pl": name, "en": None}}] for faculty, number, name in offices()
    }
    # The service refuses longer comments than this, and nobody knows before it does.
    with serve_sandbox(state, usos=UsosOptions(max_comment_length=60)) as sandbox, receiving() as receiver:
        served = make_served(folder, sandbox, receiver)
        write_the_files(served)
        context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT})
        context.set_default_timeout(PATIENCE)
        context.tracing.start(snapshots=True)  # a film besides would take a fifth of the story's time
        made = Door(served, sandbox, receiver, context.new_page(), pictures)
        context.on("requestfinished", lambda request: made.asked.append(request.url))
        served.start()
        # As Prefect's page keeps what somebody has typed there.
        kept = base64.b64encode(served.sign_in.encode()).decode()
        context.add_init_script(f"localStorage.setItem('prefect-password', '{kept}')")
        try:
            made.page.goto(made.address)
            yield made
        finally:
            context.tracing.stop(path=pictures / "front-door.zip")
            context.close()
            served.stop()


def offices() -> list[tuple[str, str, str]]:
    return [(f"{20_000_000 + at}", f"22 999 {at // 100:02} {at % 100:02}", f"Pokój {at}") for at in range(LINES)]


def write_the_files(served: Served) -> None:
    """Put last night's files in place: one change in line 7, one in line 214, and a phone list with two lines lost."""
    served.change('source = "buildings.csv"', 'source = "buildings.csv"\nschedule = "* * * * *"')
    served.change("delete_missing = true", "delete_missing = true\nguard = { max_deletes = 2 }")
    served.change(', type_id = "Typ"', "")
    rows = [list(row) for row in offices()]
    rows[7 - 2][2] = "Sekretariat"
    rows[BROKEN - 2][2] = "Dziekanat, sekretariat i kancelaria ogólna wraz z biurem podawczym"
    lines = ["Jednostka;Telefon;Opis", *(";".join(row) for row in rows), ""]
    (served.folder / "faculties.csv").write_text("\n".join(lines), encoding="utf-8")
    phones = served.folder / "desk_phones.csv"
    text = phones.read_text(encoding="utf-8").replace("22 999 04 00, 22 999 04 01", "22 999 04 00")
    long = "Pracownia konserwacji i rekonstrukcji dawnych instrumentów strunowych"
    phones.write_text(text.replace(long, "Pracownia konserwacji"), encoding="utf-8")


def test_a_form_refuses_what_is_missing_or_wrong(door: Door) -> None:
    door.form("apply")
    door.page.get_by_label("plan").fill("20260314T020000Z-3fa2c1-faculties")
    door.page.get_by_label("reason").fill(" ")
    door.submit()
    door.page.get_by_text("'person' is a required property").first.wait_for()
    assert door.page.get_by_text("' ' does not match").is_visible()
    assert door.page.url.partition("?")[0].endswith("/run")
    assert not [run for run in door.served.runs() if not run.auto_scheduled]


def test_a_run_is_started_by_its_form(door: Door) -> None:
    door.form("all")
    door.page.get_by_role("button", name="Select syncs").click()
    door.page.get_by_role("option", name="strings-phones").click()
    door.page.keyboard.press("Escape")
    door.page.get_by_role("button", name="Select mode").click()
    door.page.get_by_role("option", name="plan only").click()
    door.picture("prefect-run-form", 445)
    door.follow(door.submit(), "Completed")
    assert "Plan (nothing written): 2 changes." in door.sentence()
    assert not any(call.changed and call.service == "apio" for call in door.sandbox.calls)


def test_a_schedule_has_made_a_run_and_finished_it(door: Door) -> None:
    """With a wrong SQLAlchemy the switch is green, and nothing is ever scheduled."""
    eventually(
        lambda: any(run.auto_scheduled and run.state_name == "Completed" for run in door.served.runs()), pause=0.5
    )
    door.deployment("buildings")
    assert door.page.get_by_text("Every minute").first.is_visible()
    door.page.get_by_text("Completed", exact=True).first.wait_for()
    with door.served.client() as client:  # a run each minute would keep a slow machine from everything else
        found = client.read_deployment_by_name("sync/buildings")
        client.update_deployment_schedule(found.id, found.schedules[0].id, active=False)


def test_a_guard_stops_a_run_and_a_person_says_yes_in_its_page(door: Door) -> None:
    before = dict(door.sandbox.apio.entries("chopin"))
    door.follow(door.quick_run("desk-phones"), "Paused")
    assert "Resume, in the menu at the top of this page" in door.sentence()
    door.page.get_by_role("button", name="Open menu").click()
    door.page.get_by_role("menuitem", name="Resume").click()
    form = door.page.get_by_role("dialog", name="Resume Flow Run")
    form.get_by_text("Planned changes").wait_for()
    asked = str(form.text_content())
    for told in ("3 entries would be deleted, limit 2", "3 to delete, 2 to rename, 3 to modify, 3 to add"):
        assert told in asked
    gone = ("Kiosk", "Pokoj goscinny", "Warsztat B02")
    assert all(f"delete tenant chopin: {name}" in asked for name in gone)
    assert dict(door.sandbox.apio.entries("chopin")) == before
    report = door.beside(form.get_by_role("link", name="Open the report"))
    assert "A guard blocked this plan: 3 entries would be deleted" in report.text_content("h1")
    report.close()

    form.get_by_role("button", name="Select Decision").click()
    door.page.get_by_role("option", name="approve", exact=True).click()
    form.get_by_label("Reason").fill(WHY)
    door.ask("/resume", form.get_by_role("button", name="Resume"))
    door.page.get_by_text("'person' is a required property").wait_for()
    form.get_by_label("Your name").fill(WHO)
    door.picture("prefect-approval", 1700, form)
    door.ask("/resume", form.get_by_role("button", name="Resume"))
    door.page.get_by_text("Completed", exact=True).first.wait_for(timeout=PATIENCE)
    assert "All 11 changes were applied. Verified: the target matches the plan." in door.sentence()

    after = dict(door.sandbox.apio.entries("chopin"))
    assert set(before) - set(after) == {*gone, "Katedra Teorii Muzyki", "Dzial Informatyczny"}
    wanted = (line.split(";") for line in (door.served.folder / "desk_phones.csv").read_text("utf-8").split("\n")[1:-1])
    assert sorted(after) == sorted(cells[2] if cells[2:] and cells[2] else cells[0] for cells in wanted)


def test_the_ledger_knows_who_said_yes_and_messages_have_told_it(door: Door) -> None:
    with_name = f"{WHO} (Prefect)"
    (applied,) = [run["run"] for run in door.served.plan("runs")["runs"] if run["person"] == with_name]
    (plan,) = door.served.plan("show", applied)["plans"]
    ledger = Ledger.open(f"sqlite:///{door.served.folder / 'phonesync.db'}")
    (approval,) = ledger.approvals(plan["fingerprint"])
    ledger.close()
    assert (approval.person, approval.reason, approval.used_by) == (with_name, WHY, applied)

    def changes(place: str) -> list[dict[str, Any]]:
        return [told for told in door.receiver.of(place) if "desk-phones" in str(told)]

    blocked, recovered = eventually(lambda: changes("/hook")[1:] and changes("/hook"))
    assert (blocked["change"], recovered["change"]) == ("blocked", "recovered")
    assert "on the page of the run" in blocked["next"]
    assert recovered["outcomes"]["applied"] == 11
    titles = [told["title"] for told in eventually(lambda: changes("/mail")[1:] and changes("/mail"))]
    assert titles == ["phonesync: desk-phones is waiting for approval", "phonesync: desk-phones is in order again"]
    door.page.goto(blocked["link"])
    door.page.get_by_text("Completed", exact=True).first.wait_for()


def test_a_stranger_finds_out_what_happened_to_line_214(door: Door) -> None:
    """From the list of runs, by clicking and reading alone: the run's sentence, two tables, and the report."""
    door.follow(door.quick_run("faculties"), "Failed")
    assert "1 of 219 rows failed: line 214." in door.sentence()

    door.page.get_by_role("tab", name="Artifacts").click()
    door.page.get_by_text("Rows that need attention: 1").wait_for()
    door.picture("prefect-run", 1160)
    door.page.get_by_text("Rows that need attention: 1").click()
    row = door.page.get_by_role("row", name=re.compile("^faculties 214 failed"))
    row.wait_for()
    assert "pozycja 1: tekst jest" in row.text_content(), "the service's own words"
    assert door.page.get_by_role("row").count() == 2, "its head, and the one line"

    door.page.go_back()
    door.page.get_by_role("tab", name="Artifacts").click()
    door.page.get_by_text("searchable by number").click()
    door.page.get_by_text("Start time").wait_for()  # until then the page is drawn anew, and its search with it
    door.page.get_by_placeholder("Search").fill("214")
    door.page.get_by_role("row", name=re.compile("^faculties 214 failed")).wait_for()

    door.page.go_back()
    door.page.get_by_role("tab", name="Artifacts").click()
    door.page.get_by_text("Report and result").click()
    report = door.beside(door.page.get_by_role("link", name="Open the report"))
    assert report.text_content("h1") == "1 of 219 rows failed"
    report.fill("#line", "214")
    report.press("#line", "Enter")
    assert report.text_content("#details-title") == "Line 214"
    assert "Dziekanat" in report.text_content("#details-facts")
    report.close()


def test_no_page_asked_anybody_else(door: Door) -> None:
    hosts = {address.split("/")[2] for address in door.asked if address.startswith("http")}
    assert hosts <= {f"127.0.0.1:{door.served.port}", f"127.0.0.1:{door.served.port + 1}"}
