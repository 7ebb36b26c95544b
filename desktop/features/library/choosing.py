"""A designer at the desk: choosing her, and what a clerk should hear about her at once."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from desktop.features.library import queries
from desktop.features.library.lending import Done, local_now
from desktop.features.library.rows import DesignerRow
from desktop.features.library.visit import LogLine, Visit
from desktop.features.library.words import day_words
from desktop.foundation.changes import Changes
from desktop.sync.desk import Desk
from desktop.widgets.colours import Tone

_CERTIFICATE_WARNING_DAYS = 30


def choose(desk: Desk, visit: Visit, designer: DesignerRow) -> Done:
    """A visit of this designer begins; when it is hers already it goes on, and copies leave again."""
    is_same = visit.designer is not None and visit.designer.designer_id == designer.designer_id
    chosen = (
        replace(visit, designer=designer, is_returning=False)
        if is_same
        else Visit(designer=designer, undoable=visit.undoable)
    )
    return Done(Changes.none(), chosen, _line(desk, designer))


def certificate_warning(desk: Desk, designer: DesignerRow) -> str:
    """What to say about her resale certificate; empty while it holds for another month or she has none."""
    expires = designer.resale_expires_on
    if expires is None:
        return ""
    today = desk.today()
    if expires < today:
        return f"Resale certificate expired {day_words(expires, today)}"
    if expires <= today + timedelta(days=_CERTIFICATE_WARNING_DAYS):
        return f"Resale certificate expires {day_words(expires, today)}"
    return ""


def _line(desk: Desk, designer: DesignerRow) -> LogLine:
    loans = queries.loans_of(
        desk.database.read_before_write(), desk.acting.organisation_id, designer.designer_id, today=desk.today()
    )
    overdue = sum(loan.days_overdue > 0 for loan in loans)
    said = [_out_words(len(loans), overdue)]
    warning = certificate_warning(desk, designer)
    if warning:
        said.append(warning)
    if designer.notes:
        said.append(designer.notes.rstrip("."))
    if designer.blocked:
        said.insert(0, "Blocked: nothing is lent to her unless you decide so")
    tone = Tone.BAD if designer.blocked else Tone.ATTENTION if overdue or warning else Tone.INFO
    return LogLine(
        at=local_now(desk),
        tone=tone,
        word="Blocked" if designer.blocked else "Designer",
        what=", ".join(part for part in (designer.name, designer.firm) if part),
        note=". ".join(said) + ".",
        icon="" if designer.blocked else "person",
    )


def _out_words(out: int, overdue: int) -> str:
    if not out:
        return "Nothing is out to her"
    memos = "1 memo out" if out == 1 else f"{out} memos out"
    return f"{memos}, {overdue} overdue" if overdue else memos
