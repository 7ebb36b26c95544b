"""What a scanned or typed text means at the library desk, before anything is done about it."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec.structs import replace

from desktop.features.library import queries
from desktop.features.library.lending import local_now
from desktop.features.library.rows import CopyRow, DesignerRow
from desktop.features.library.visit import LogLine, Visit
from desktop.features.library.words import read_due_day
from desktop.sync.desk import Desk
from desktop.widgets.colours import Tone
from shared_models.library.barcodes import ScannedCode, read_scan, split_glued

COMMANDS = ("RETURN", "LEND", "UNDO", "DONE", "RECEIPT", "SIDEMARK")
_SHORTEST_NAME = 2
_LONGEST_CODE_SPLIT = 64
_ELSEWHERE = {
    "ticket": ("a picking ticket", "picking"),
    "line": ("a line of a picking ticket", "picking"),
    "bin": ("a bin of the warehouse", "picking"),
    "kit": ("a kit", "kits"),
}


class Meaning(msgspec.Struct, frozen=True):
    """What one code stands for: exactly one of the fields behind `text` and `remark` is set."""

    text: str
    remark: str = ""
    """A sentence to add to whatever comes of it."""
    line: LogLine | None = None
    """Nothing to do but to say this."""
    copy: CopyRow | None = None
    designer: DesignerRow | None = None
    command: str = ""
    due_day: str = ""
    designers: tuple[DesignerRow, ...] = ()
    copies_asked: str = ""


def meaning_of(desk: Desk, visit: Visit, text: str, *, from_scanner: bool) -> Iterator[Meaning]:
    """The meaning of each code in the text, in order; each is looked up when the one before has been done.

    Only what was typed is searched as a name: a scanned code that nobody knows is an unknown code.
    """
    scan = read_scan(text)
    remark = ""
    if scan.quantity is not None:
        remark = f"“{scan.quantity}*” was not used: at this desk every copy is scanned by itself."
        if not scan.codes:
            yield Meaning(text, line=_line(desk, Tone.ATTENTION, "No quantity", f"{scan.quantity}*", remark))
    elif len(scan.codes) > 1:
        remark = f"{len(scan.codes)} codes came glued together and were taken one by one."
    for code in scan.codes:
        for meaning in _of_code(desk, visit, code, from_scanner=from_scanner):
            yield replace(meaning, remark=f"{meaning.remark} {remark}".strip())


def look_ahead(desk: Desk, text: str) -> None:
    """Look up what a scanner has typed so far, for no answer: what its Enter will ask for is at hand then.

    Inside `unless_busy` of the station's file.
    """
    _exact(desk, text)


def _of_code(desk: Desk, visit: Visit, code: ScannedCode, *, from_scanner: bool) -> Iterator[Meaning]:
    if code.kind == "plain":
        yield from _plain(desk, visit, code.value, from_scanner=from_scanner)
    elif code.kind == "copy":
        yield _own_copy(desk, code.value)
    elif code.kind == "designer":
        yield _own_designer(desk, code.value)
    elif code.kind == "command":
        yield _own_command(desk, code.value)
    else:
        thing, page = _ELSEWHERE[code.kind]
        line = _line(desk, Tone.BAD, "Not here", code.value, f"This is {thing}; the library desk has no use for it.")
        yield Meaning(code.value, line=replace(line, offer="open_page", about=page))


def _plain(desk: Desk, visit: Visit, text: str, *, from_scanner: bool) -> Iterator[Meaning]:
    exact = _exact(desk, text)
    if exact is not None:
        yield exact
        return
    if not from_scanner:
        searched = _searched(desk, visit, text)
        if searched is not None:
            yield searched
            return
    yield from _glued(desk, text)


def _exact(desk: Desk, text: str) -> Meaning | None:
    """The copy or the designer with this barcode, as it is or in capitals, as people copy it from a label."""
    reader, showroom = desk.database.read_before_write(), desk.acting.organisation_id
    for barcode in dict.fromkeys((text, text.upper())):
        copy = queries.copy_by_barcode(reader, showroom, barcode)
        if copy is not None:
            return Meaning(text, copy=copy)
        designer = queries.designer_by_card(reader, showroom, barcode)
        if designer is not None:
            return Meaning(text, designer=designer)
    return None


def _searched(desk: Desk, visit: Visit, text: str) -> Meaning | None:
    """A due day, designers by name, copies by item or pattern; None when nothing fits."""
    reader, showroom = desk.database.read_before_write(), desk.acting.organisation_id
    if visit.designer is not None and read_due_day(text, desk.today()) is not None:
        return Meaning(text, due_day=text)
    is_name = len(text) >= _SHORTEST_NAME and any(sign.isalpha() for sign in text)
    designers = queries.designers_named(reader, showroom, text) if is_name else ()
    copies_asked = text if len(text) >= _SHORTEST_NAME and queries.has_copies_like(reader, showroom, text) else ""
    if len(designers) == 1 and not copies_asked:
        return Meaning(text, designer=designers[0])
    return Meaning(text, designers=designers, copies_asked=copies_asked) if designers or copies_asked else None


def _glued(desk: Desk, text: str) -> Iterator[Meaning]:
    reader, showroom = desk.database.read_before_write(), desk.acting.organisation_id
    parts = None
    if len(text) <= _LONGEST_CODE_SPLIT:
        parts = split_glued(text, lambda part: queries.is_known_code(reader, showroom, part))
    if parts is None:
        yield Meaning(text, line=_unknown(desk, text))
        return
    for part in parts:
        # Looked up only now: the first of them may have changed who has the second.
        exact = _exact(desk, part)
        if exact is not None:
            yield replace(exact, remark=f"“{text}” was two codes glued together: {parts[0]} and {parts[1]}.")


def _own_copy(desk: Desk, value: str) -> Meaning:
    reader, showroom = desk.database.read_before_write(), desk.acting.organisation_id
    copy = queries.copy_by_id(reader, showroom, value) or queries.copy_by_barcode(reader, showroom, value)
    if copy is not None:
        return Meaning(value, copy=copy)
    line = _line(desk, Tone.BAD, "Not known", value, "This label belongs to no copy of this library.")
    return Meaning(value, line=replace(line, offer="add_copy", about=value))


def _own_designer(desk: Desk, value: str) -> Meaning:
    reader, showroom = desk.database.read_before_write(), desk.acting.organisation_id
    designer = queries.designer(reader, showroom, value) or queries.designer_by_card(reader, showroom, value)
    if designer is not None:
        return Meaning(value, designer=designer)
    note = "No designer of this showroom has this card. Type three letters of her name."
    return Meaning(value, line=_line(desk, Tone.BAD, "Not known", "Designer's card", note))


def _own_command(desk: Desk, value: str) -> Meaning:
    command = value.strip().upper()
    if command in COMMANDS:
        return Meaning(value, command=command)
    note = f"The library desk knows the cards {', '.join(COMMANDS)}."
    return Meaning(value, line=_line(desk, Tone.BAD, "Not known", f"Command “{value}”", note))


def _unknown(desk: Desk, text: str) -> LogLine:
    note = "Nothing here has this code. Scan it again, or add a copy with it."
    return replace(_line(desk, Tone.BAD, "Not known", text, note), offer="add_copy", about=text)


def _line(desk: Desk, tone: Tone, word: str, what: str, note: str) -> LogLine:
    return LogLine(local_now(desk), tone, word, what, note=note)
