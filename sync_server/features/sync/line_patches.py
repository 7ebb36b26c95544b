"""What a patch says: for rows that changed alike, the columns that did; and two patches in a row said as one."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Literal

from shared_models.catalogue.records import DatasetShape
from shared_models.sync.line_parts import ROWS_A_BLOCK, Block, block_of
from sync_server.features.sync.line_work import Row, RowChange

_MOST_KINDS = 24
"""So many sorts of change get blocks of their own; rows that changed in rarer ways are sent whole."""

Said = dict[int, dict[str, Any] | None]
"""Row key to the columns that are set, in their usual order; None for a row that is gone."""


def blocks_of(shape: DatasetShape, changes: Sequence[RowChange]) -> list[Block]:
    """The patch that makes these changes; `changes` come in the order of their keys."""
    said: Said = {change.key: _changed_columns(shape, change) for change in changes}
    kinds = Counter(tuple(columns) for columns in said.values() if columns is not None)
    if len(kinds) > _MOST_KINDS:
        usual = {kind for kind, _ in kinds.most_common(_MOST_KINDS)}
        for change in changes:
            columns = said[change.key]
            if columns is not None and tuple(columns) not in usual:
                said[change.key] = _whole(shape, change)
    return _blocks(shape, said)


def merged(shape: DatasetShape, first: Iterable[Block], second: Iterable[Block]) -> list[Block]:
    """One patch that does what the two do one after the other."""
    said = _said(first)
    for key, columns in _said(second).items():
        earlier = said.get(key)
        if columns is None or earlier is None or len(columns) == len(shape.columns):
            said[key] = columns
        else:
            both = {**earlier, **columns}
            said[key] = {name: both[name] for name in shape.columns if name in both}
    return _blocks(shape, dict(sorted(said.items())))


def put_blocks(shape: DatasetShape, rows: Sequence[Row]) -> list[Block]:
    """Whole rows of (row_key, *columns), in the order of their keys."""
    return _cut("put", shape.columns, rows)


def _changed_columns(shape: DatasetShape, change: RowChange) -> dict[str, Any] | None:
    if change.after is None:
        return None
    if change.before is None:
        return _whole(shape, change)
    pairs = zip(shape.columns, change.before[1:], change.after[1:], strict=True)
    return {name: new for name, old, new in pairs if old != new}


def _whole(shape: DatasetShape, change: RowChange) -> dict[str, Any] | None:
    return dict(zip(shape.columns, change.after[1:], strict=True)) if change.after is not None else None


def _said(blocks: Iterable[Block]) -> Said:
    said: Said = {}
    for block in blocks:
        if block.what == "gone":
            said.update(dict.fromkeys(block.keys))
        else:
            for key, values in zip(block.keys, zip(*block.values, strict=True), strict=True):
                said[key] = dict(zip(block.columns, values, strict=True))
    return said


def _blocks(shape: DatasetShape, said: Said) -> list[Block]:
    gone: list[Row] = []
    kinds: dict[tuple[str, ...], list[Row]] = {}
    for key, columns in said.items():
        if columns is None:
            gone.append((key,))
        else:
            kinds.setdefault(tuple(columns), []).append((key, *columns.values()))
    blocks = [
        block
        for columns, rows in kinds.items()
        for block in _cut("put" if len(columns) == len(shape.columns) else "set", columns, rows)
    ]
    return blocks + _cut("gone", (), gone)


def _cut(what: Literal["put", "set", "gone"], columns: Sequence[str], rows: Sequence[Row]) -> list[Block]:
    return [block_of(what, columns, rows[start : start + ROWS_A_BLOCK]) for start in range(0, len(rows), ROWS_A_BLOCK)]
