"""The library desk without a window: what each scan does, what it says, and what can be taken back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from desktop.features.library import actions, queries
from desktop.features.library.actions import NewCopy
from desktop.features.library.due_rule import DueRule
from desktop.features.library.visit import LogLine, Step, Visit
from desktop.settings import CLOSED_WEEKDAYS, DUE_DAYS, HOLIDAYS, Settings
from desktop.sync.desk import Desk
from desktop.widgets.colours import Tone
from shared_models.designers.records import Designer
from shared_models.kernel.clock import SettableClock
from shared_models.kernel.errors import DomainError
from shared_models.library.records import Copy, Loan
from tests.builders.desk import CALDER, IVERSON, NINE, SHOWROOM, WINSLOW, make_desk, put

CHEVRON, MARLOW, VELOURS = "HPS000001", "HPS000002", "HPS000003"
WINSLOWS_CARD = "HPSD1001"


class AtTheDesk:
    """A clerk who scans and types, and reads what the desk says."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.visit = Visit()
        self.step = Step(self.visit)
        self.rule = DueRule.from_settings(Settings())

    def scans(self, *codes: str) -> LogLine:
        for code in codes:
            self._enter(code, from_scanner=True)
        return self.line

    def types(self, text: str) -> Step:
        self._enter(text, from_scanner=False)
        return self.step

    def does(self, outcome: tuple[object, Step]) -> LogLine:
        self._take(outcome[1])
        return self.line

    @property
    def line(self) -> LogLine:
        return self.step.lines[-1]

    def loans_of(self, designer_id: str) -> list[str]:
        rows = queries.loans_of(self.desk.database.read(), SHOWROOM, designer_id, today=self.desk.today())
        return [row.title for row in rows]

    def days_pass(self, days: int) -> None:
        assert isinstance(self.desk.clock, SettableClock)
        self.desk.clock.advance(timedelta(days=days))

    def _enter(self, text: str, *, from_scanner: bool) -> None:
        self._take(actions.take_scan(self.desk, self.visit, text, from_scanner=from_scanner, rule=self.rule)[1])

    def _take(self, step: Step) -> None:
        self.step, self.visit = step, step.visit


@pytest.fixture
def clerk(tmp_path: Path) -> Iterator[AtTheDesk]:
    desk = make_desk(tmp_path)
    yield AtTheDesk(desk)
    desk.close()


# --- lending -----------------------------------------------------------------------------------------


def test_a_card_then_copies_lends_them_until_the_rule_says(clerk: AtTheDesk) -> None:
    assert clerk.scans(WINSLOWS_CARD).tone is Tone.INFO
    line = clerk.scans(CHEVRON, VELOURS)
    assert (line.tone, line.word, line.whom, line.due_on) == (Tone.GOOD, "Lent", "Paloma Winslow", date(2026, 11, 30))
    assert "due Mon 30 Nov" in line.note
    assert clerk.loans_of(WINSLOW) == ["Chevron Sea Glass", "Velours Royal Emerald"]


def test_our_own_codes_on_cards_and_labels_mean_the_same(clerk: AtTheDesk) -> None:
    clerk.scans(f"OT1:D:{WINSLOW}", "OT1:C:copy-chevron", f"OT1:C:{MARLOW}")
    assert clerk.loans_of(WINSLOW) == ["Chevron Sea Glass", "Marlow Stripe Ink"]


def test_a_label_typed_in_small_letters_is_still_that_copy(clerk: AtTheDesk) -> None:
    clerk.scans(WINSLOWS_CARD)
    clerk.types("hps000001")
    assert clerk.loans_of(WINSLOW) == ["Chevron Sea Glass"]


def test_scanning_a_copy_twice_changes_nothing(clerk: AtTheDesk) -> None:
    clerk.scans(WINSLOWS_CARD, CHEVRON)
    waiting = clerk.desk.outbox.waiting_count()
    line = clerk.scans(CHEVRON)
    assert (line.tone, line.word, line.offer) == (Tone.ATTENTION, "Already hers", "take_back")
    assert "just now" in line.note
    assert clerk.desk.outbox.waiting_count() == waiting


def test_a_copy_that_is_out_to_somebody_else_is_lent_and_said(clerk: AtTheDesk) -> None:
    clerk.scans("HPSD1002", CHEVRON)
    clerk.days_pass(2)
    line = clerk.scans(WINSLOWS_CARD, CHEVRON)
    assert (line.tone, line.word) == (Tone.ATTENTION, "Lent")
    assert "still out to Anjali Iverson since 16 Nov: that return was not recorded" in line.note
    assert (clerk.loans_of(WINSLOW), clerk.loans_of(IVERSON)) == (["Chevron Sea Glass"], [])


def test_a_lost_copy_is_found_when_it_is_lent(clerk: AtTheDesk) -> None:
    _change_copy(clerk.desk, "copy-marlow", status="lost")
    line = clerk.scans(WINSLOWS_CARD, MARLOW)
    assert line.tone is Tone.ATTENTION
    assert "marked as lost and is found" in line.note


def test_a_discontinued_item_is_lent_with_a_note(clerk: AtTheDesk) -> None:
    _change_copy(clerk.desk, "copy-marlow", item_no="0123-05")
    line = clerk.scans(WINSLOWS_CARD, MARLOW)
    assert line.word == "Lent"
    assert "The item is discontinued, replaced by 0123-04." in line.note


def test_a_blocked_designer_gets_nothing_until_the_clerk_decides_so(clerk: AtTheDesk) -> None:
    _change_designer(clerk.desk, WINSLOW, blocked=True, notes="Three memos never came back")
    assert clerk.scans(WINSLOWS_CARD).tone is Tone.BAD
    line = clerk.scans(CHEVRON)
    assert (line.tone, line.word, line.offer) == (Tone.BAD, "Not lent", "lend_anyway")
    assert "Three memos never came back." in line.note
    assert clerk.loans_of(WINSLOW) == []
    assert clerk.does(actions.lend_anyway(clerk.desk, clerk.visit, clerk.rule)).word == "Lent"
    assert clerk.scans(MARLOW).word == "Lent"
    clerk.scans("HPSD1002", WINSLOWS_CARD)
    assert clerk.scans(VELOURS).word == "Not lent", "the decision holds for one visit only"


# --- due days and sidemark -------------------------------------------------------------------------------


def test_a_typed_day_holds_for_the_rest_of_the_visit(clerk: AtTheDesk) -> None:
    clerk.scans(WINSLOWS_CARD)
    clerk.types("12/24")
    assert clerk.scans(CHEVRON).due_on == date(2026, 12, 24)
    assert clerk.scans("HPSD1002", MARLOW).due_on == date(2026, 11, 30)


@pytest.mark.parametrize("text", ["11/31", "2025-01-01", "+900"])
def test_a_day_that_cannot_be_is_refused_with_an_example(clerk: AtTheDesk, text: str) -> None:
    line = clerk.does(actions.set_due_day(clerk.desk, clerk.visit, text, clerk.rule))
    assert (line.tone, line.word) == (Tone.BAD, "No such day")
    assert clerk.visit.due_on is None


def test_nothing_falls_due_while_the_showroom_is_closed() -> None:
    settings = Settings()
    settings.choose(DUE_DAYS, 12)
    settings.choose(CLOSED_WEEKDAYS, "Saturday, Sunday")
    settings.choose(HOLIDAYS, "2026-11-30; no day")
    assert DueRule.from_settings(settings).due_on(date(2026, 11, 16)) == date(2026, 12, 1)


def test_one_sidemark_goes_on_all_loans_of_the_visit(clerk: AtTheDesk) -> None:
    clerk.scans(WINSLOWS_CARD, CHEVRON, VELOURS)
    line = clerk.does(actions.set_sidemark(clerk.desk, clerk.visit, "  Goldfarb  Penthouse "))
    assert line.note == "It stands on the 2 memos of this visit."
    clerk.scans(MARLOW)
    rows = queries.loans_of(clerk.desk.database.read(), SHOWROOM, WINSLOW, today=clerk.desk.today())
    assert {row.sidemark for row in rows} == {"Goldfarb Penthouse"}
    assert len(rows) == 3


# --- taking back ---------------------------------------------------------------------------------------


def test_without_a_designer_a_copy_comes_back_and_whose_it_was_is_said(clerk: AtTheDesk) -> None:
    clerk.scans(WINSLOWS_CARD, CHEVRON, "OT1:X:DONE")
    clerk.days_pass(23)
    line = clerk.scans(CHEVRON)
    assert (line.tone, line.word, line.whom) == (Tone.GOOD, "Returned", "Paloma Winslow")
    assert "9 days overdue" in line.note
    assert "Shelf A-01-1" in line.note
    assert clerk.loans_of(WINSLOW) == []


def test_a_copy_that_was_never_lent_is_taken_back_and_said_plainly(clerk: AtTheDesk) -> None:
    line = clerk.scans(VELOURS)
    assert (line.tone, line.word) == (Tone.ATTENTION, "Never lent")
    assert "never lent" in line.note
    assert clerk.desk.outbox.waiting_count() == 1


def test_a_second_scan_of_a_returned_copy_changes_nothing(clerk: AtTheDesk) -> None:
    clerk.scans(WINSLOWS_CARD, CHEVRON, "OT1:X:DONE", CHEVRON)
    waiting = clerk.desk.outbox.waiting_count()
    assert clerk.scans(CHEVRON).word == "Twice"
    assert clerk.desk.outbox.waiting_count() == waiting
    clerk.scans(MARLOW)
    assert "came back from Paloma Winslow before" in clerk.scans(CHEVRON).note


def test_the_return_card_takes_back_although_a_designer_stands_there(clerk: AtTheDesk) -> None:
    clerk.scans(WINSLOWS_CARD, CHEVRON, "OT1:X:RETURN")
    assert clerk.scans(CHEVRON).word == "Returned"
    clerk.scans("OT1:X:LEND")
    assert clerk.scans(MARLOW).word == "Lent"


# --- undo ----------------------------------------------------------------------------------------------


def test_scans_are_undone_one_after_the_other_backwards(clerk: AtTheDesk) -> None:
    clerk.scans(WINSLOWS_CARD, CHEVRON, MARLOW, "OT1:X:DONE", CHEVRON)
    assert clerk.loans_of(WINSLOW) == ["Marlow Stripe Ink"]
    clerk.scans("OT1:X:UNDO")
    assert clerk.loans_of(WINSLOW) == ["Chevron Sea Glass", "Marlow Stripe Ink"]
    clerk.scans("OT1:X:UNDO")
    assert clerk.loans_of(WINSLOW) == ["Chevron Sea Glass"]
    clerk.scans("OT1:X:UNDO")
    assert clerk.loans_of(WINSLOW) == []
    assert clerk.scans("OT1:X:UNDO").note == "There is no scan left to undo."


def test_one_earlier_scan_can_be_undone_by_itself(clerk: AtTheDesk) -> None:
    first = clerk.scans(WINSLOWS_CARD, CHEVRON).undoable
    clerk.scans(MARLOW)
    assert first is not None
    clerk.does(actions.undo_scan(clerk.desk, clerk.visit, first.key))
    assert clerk.step.undone == {first.key}
    assert clerk.loans_of(WINSLOW) == ["Marlow Stripe Ink"]
    assert "undone before" in clerk.does(actions.undo_scan(clerk.desk, clerk.visit, first.key)).note


def test_undoing_a_loan_that_ended_another_gives_that_one_back(clerk: AtTheDesk) -> None:
    clerk.scans("HPSD1002", CHEVRON, WINSLOWS_CARD, CHEVRON, "OT1:X:UNDO")
    assert (clerk.loans_of(IVERSON), clerk.loans_of(WINSLOW)) == (["Chevron Sea Glass"], [])


# --- what the box is given ------------------------------------------------------------------------------


def test_a_code_nobody_knows_offers_to_add_the_copy(clerk: AtTheDesk) -> None:
    line = clerk.scans("4400917")
    assert (line.tone, line.word, line.offer, line.about) == (Tone.BAD, "Not known", "add_copy", "4400917")
    new = NewCopy(barcode="4400917", distributor_id=CALDER, item_no="0151-01", title="Grasscloth Sea Mist", shelf="B-2")
    clerk.does(actions.add_copy(clerk.desk, clerk.visit, new))
    assert clerk.scans(WINSLOWS_CARD, "4400917").what == "Grasscloth Sea Mist"


def test_a_copy_needs_an_item_and_a_free_barcode(clerk: AtTheDesk) -> None:
    with pytest.raises(DomainError, match="Choose an item"):
        actions.add_copy(clerk.desk, clerk.visit, NewCopy(barcode="1", distributor_id=CALDER, item_no="", title=""))
    with pytest.raises(DomainError, match="already on another copy"):
        actions.add_copy(
            clerk.desk, clerk.visit, NewCopy(barcode=CHEVRON, distributor_id=CALDER, item_no="1", title="One")
        )


def test_two_codes_glued_together_are_both_done_and_said(clerk: AtTheDesk) -> None:
    clerk.scans(WINSLOWS_CARD, CHEVRON + MARLOW)
    assert [line.word for line in clerk.step.lines] == ["Lent", "Lent"]
    assert clerk.step.lines[0].tone is Tone.ATTENTION
    assert "two codes glued together: HPS000001 and HPS000002" in clerk.step.lines[0].note
    assert clerk.loans_of(WINSLOW) == ["Chevron Sea Glass", "Marlow Stripe Ink"]


def test_a_copy_glued_to_itself_is_one_loan(clerk: AtTheDesk) -> None:
    clerk.scans(WINSLOWS_CARD, CHEVRON + CHEVRON)
    assert [line.word for line in clerk.step.lines] == ["Lent", "Already hers"]


def test_a_card_glued_to_a_copy_lends_that_copy_to_her(clerk: AtTheDesk) -> None:
    clerk.scans(WINSLOWS_CARD + CHEVRON)
    assert clerk.loans_of(WINSLOW) == ["Chevron Sea Glass"]


def test_a_quantity_is_said_to_be_of_no_use(clerk: AtTheDesk) -> None:
    clerk.scans(WINSLOWS_CARD)
    assert clerk.scans("12*").word == "No quantity"
    line = clerk.scans(f"12*{CHEVRON}")
    assert (line.word, line.tone) == ("Lent", Tone.ATTENTION)
    assert "“12*” was not used" in line.note


def test_three_letters_of_a_name_choose_her_or_offer_a_list(clerk: AtTheDesk) -> None:
    clerk.types("wins")
    assert clerk.visit.designer is not None
    assert clerk.visit.designer.name == "Paloma Winslow"
    put(clerk.desk.database, [Designer(id="d-cel", showroom_id=SHOWROOM, name="Çelik Winter", firm="Mayfield Annex")])
    assert [one.name for one in clerk.types("win").designers] == ["Çelik Winter", "Paloma Winslow"]
    assert clerk.types("cel").visit.designer == clerk.visit.designer
    assert clerk.visit.designer is not None
    assert clerk.visit.designer.name == "Çelik Winter"
    assert [one.name for one in clerk.types("mayf").designers] == ["Çelik Winter", "Paloma Winslow"]


def test_a_scanned_code_is_never_taken_for_a_name(clerk: AtTheDesk) -> None:
    assert clerk.scans("wins").word == "Not known"
    assert clerk.visit.designer is None


def test_typing_a_pattern_asks_who_has_it(clerk: AtTheDesk) -> None:
    clerk.scans(WINSLOWS_CARD, MARLOW)
    assert clerk.types("stripe marlow").copies_asked == "stripe marlow"
    (row,) = queries.copies_found(clerk.desk.database.read(), SHOWROOM, "stripe marlow")
    assert (row.item_no, row.shelf, row.designer, row.due_on) == (
        "0150-01", "A-01-1", "Paloma Winslow", date(2026, 11, 30),
    )  # fmt: skip
    assert [row.title for row in queries.copies_found(clerk.desk.database.read(), SHOWROOM, "01")] == [
        "Chevron Sea Glass", "Marlow Stripe Ink",
    ]  # fmt: skip
    assert queries.copies_found(clerk.desk.database.read(), SHOWROOM, "100%") == ()


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("OT1:T:4471", "picking ticket"),
        ("OT1:K:kit-1", "a kit"),
        ("OT1:X:LOST", "knows the cards RETURN"),
        ("OT1:D:nobody", "three letters of her name"),
        ("OT1:C:nothing", "no copy of this library"),
    ],
)
def test_a_code_of_another_place_or_of_nobody_is_told_in_the_bad_tone(clerk: AtTheDesk, code: str, says: str) -> None:
    line = clerk.scans(code)
    assert line.tone is Tone.BAD
    assert says in line.note
    assert clerk.desk.outbox.waiting_count() == 0


def test_what_the_desk_may_not_do_is_a_line_and_not_an_exception(tmp_path: Path) -> None:
    desk = make_desk(tmp_path, "picker", organisation_id=CALDER)
    put(
        desk.database,
        [Copy(id="c", showroom_id=CALDER, distributor_id=CALDER, item_no="1", title="One", added_at=NINE)],
    )
    visit_step = actions.take_scan(desk, Visit(), "OT1:C:c", from_scanner=True, rule=DueRule.from_settings(Settings()))[
        1
    ]
    desk.close()
    assert (visit_step.lines[0].word, visit_step.lines[0].tone) == ("Not saved", Tone.BAD)
    assert "roles" in visit_step.lines[0].note


# --- what she is told -----------------------------------------------------------------------------------


def test_choosing_her_says_what_is_out_overdue_and_expired(clerk: AtTheDesk) -> None:
    _change_designer(clerk.desk, WINSLOW, resale_expires_on=date(2026, 11, 2), notes="Asks for fire codes")
    clerk.scans(WINSLOWS_CARD, CHEVRON, MARLOW, "OT1:X:DONE")
    clerk.days_pass(20)
    line = clerk.scans(WINSLOWS_CARD)
    assert line.tone is Tone.ATTENTION
    assert line.note == "2 memos out, 2 overdue. Resale certificate expired Mon 2 Nov. Asks for fire codes."


def test_the_overdue_come_first(clerk: AtTheDesk) -> None:
    clerk.scans(WINSLOWS_CARD, CHEVRON)
    clerk.days_pass(20)
    clerk.scans("HPSD1002", MARLOW)
    rows = queries.open_loans(clerk.desk.database.read(), SHOWROOM, today=clerk.desk.today())
    assert [(row.title, row.days_overdue) for row in rows] == [("Chevron Sea Glass", 6), ("Marlow Stripe Ink", 0)]


def test_what_was_lent_is_in_the_file_and_not_only_on_the_screen(clerk: AtTheDesk) -> None:
    clerk.scans(WINSLOWS_CARD, CHEVRON)
    (loan,) = clerk.desk.database.read().records(Loan)
    assert (loan.copy_id, loan.designer_id, loan.returned_at) == ("copy-chevron", WINSLOW, None)


def _change_copy(desk: Desk, copy_id: str, **values: object) -> None:
    with desk.database.write() as records:
        records.change(records.need(Copy, copy_id), **values)


def _change_designer(desk: Desk, designer_id: str, **values: object) -> None:
    with desk.database.write() as records:
        records.change(records.need(Designer, designer_id), **values)
