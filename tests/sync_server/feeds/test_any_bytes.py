"""Whatever is posted either lands, with every row accounted for, or is refused with a sentence that names the place."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sync_server.foundation.database import open_database
from tests.sync_server.feeds.house import HEADER, House, products
from tests.sync_server.feeds.test_five_datasets import EXAMPLES, csv_of

_PLACES = re.compile(
    r"[Rr]ow \d+|Rows \d+|[Ll]ine \d+|header row|first row|The file is (empty|in UTF-32)|no rows|This is an? |UTF-16"
)
_PIECES = st.lists(
    st.sampled_from(
        [
            *(b"0123", b"item_no", b"E+15", b"1.5", b"-", b"NONE", b"Y", b" ", b"sep=;", b"x" * 300),
            *(b",", b";", b"\t", b"|", b'"', b'""', b"\n", b"\r\n", b"\r"),
            *(b"\0", b"\x02", b"\xef\xbb\xbf", b"\xff\xfe", b"\xe9", "é".encode()),
        ]
    )
    | st.binary(max_size=6),
    max_size=40,
).map(b"".join)
_STARTS = st.sampled_from(
    [b"", b"item_no\n", HEADER.encode(), HEADER.encode().replace(b",", b";"), b"item_no,content\n"]
)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def one_house(
    request: pytest.FixtureRequest,
    new_database: Callable[[str], AbstractContextManager[str]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[House]:
    with new_database(request.param) as url:
        database = open_database(url)
        house = House(database, tmp_path_factory.mktemp("any-bytes"))
        house.post(products(3))
        yield house
        database.close()


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(start=_STARTS, rest=_PIECES)
@example(start=HEADER.encode(), rest=b"1,2,3,4,5,6,7,\n")
@example(start=b"item_no\n", rest=b"\n\n")
@example(start=b"item_no,content\n", rest=b"1,2,3\n")
def test_any_bytes_land_or_are_refused_with_the_place(one_house: House, start: bytes, rest: bytes) -> None:
    before = one_house.state()
    run = one_house.post(start + rest, dry_run=True)
    assert one_house.state() == before
    if run.status == "refused":
        assert _PLACES.search(run.sentence), run.sentence
        assert "Nothing was changed" in run.sentence
    else:
        assert run.status in ("landed", "held")
        assert run.rows_new + run.rows_changed + run.rows_unchanged == run.rows_read


_CELL = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufeff"), max_size=12)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(_CELL | st.just("1,2\n3"), min_size=1, max_size=12), separator=st.sampled_from(",;|\t"))
def test_what_a_csv_writer_writes_is_read_back_to_the_letter(
    one_house: House, texts: list[str], separator: str
) -> None:
    written = io.StringIO()
    writer = csv.writer(written, delimiter=separator, lineterminator="\r\n")
    writer.writerow(["item_no", "image_url"])
    writer.writerows([f"{place:05d}", text] for place, text in enumerate(texts))
    run = one_house.post(written.getvalue(), mode="delta")
    assert run.status == "landed", run.sentence
    live = {row["item_no"]: row["image_url"] for row in one_house.live()}
    for place, text in enumerate(texts):
        plain = text.strip(" \u00a0")
        assert live[f"{place:05d}"] == ("" if plain in (".", "NONE", "None", "none") else plain)


_FIVE = st.sampled_from(sorted(EXAMPLES))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(dataset=_FIVE, rest=_PIECES, begins=st.booleans(), whole=st.booleans())
@example(dataset="freight", rest=b"\n\n", begins=True, whole=True)
def test_any_bytes_as_any_other_dataset_land_or_are_refused(
    one_house: House, dataset: str, rest: bytes, begins: bool, whole: bool
) -> None:
    start = csv_of(dataset).encode() if whole else csv_of(dataset).split("\n")[0].encode() + b"\n"
    before = one_house.live(dataset), one_house.follow_up()
    run = one_house.post((start if begins else b"") + rest, dataset, dry_run=True)
    assert (one_house.live(dataset), one_house.follow_up()) == before
    if run.status == "refused":
        assert _PLACES.search(run.sentence), run.sentence
        assert "Nothing was changed" in run.sentence
    else:
        assert run.status in ("landed", "held")
        assert run.rows_new + run.rows_changed + run.rows_unchanged == run.rows_read
