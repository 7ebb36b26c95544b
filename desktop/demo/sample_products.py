"""The products feed of a house, row by row, in the columns of the feeds page; also with a share of rows changed."""

from collections.abc import Iterator
from datetime import date

from desktop.demo.sample_catalogue import SAMPLE_DAY, SAMPLE_SEED, Pattern, Product, patterns
from desktop.demo.sample_houses import House

# Canonical column name and the heading a person would give it; both read as the same column once letters are made
# small, "#" is read as "no" and everything but letters and digits is dropped.
PRODUCT_COLUMNS: dict[str, str] = {
    "item_no": "Item #",
    "pattern_no": "Pattern #",
    "pattern_name": "Pattern Name",
    "color_no": "Color #",
    "color_name": "Color Name",
    "brand": "Brand",
    "collection": "Collection",
    "category": "Category",
    "usage": "Usage",
    "width_in": "Width (in)",
    "repeat_v_in": "Repeat V (in)",
    "repeat_h_in": "Repeat H (in)",
    "railroaded": "Railroaded",
    "content": "Content",
    "backing": "Backing",
    "finish": "Finish",
    "cleaning_code": "Cleaning Code",
    "abrasion_double_rubs": "Abrasion Double Rubs",
    "abrasion_method": "Abrasion Method",
    "fire_codes": "Fire Codes",
    "country": "Country",
    "unit": "Unit",
    "min_qty": "Min Qty",
    "increment": "Increment",
    "yards_per_roll": "Yards per Roll",
    "price_trade": "Price, Trade",
    "currency": "Currency",
    "price_visible": "Price Visible",
    "lead_time_days": "Lead Time Days",
    "status": "Status",
    "discontinued_on": "Discontinued On",
    "replaced_by": "Replaced By",
    "sample_types": "Sample Types",
    "sample_status": "Sample Status",
    "upc": "UPC",
    "image_url": "Image URL",
    "updated_at": "Updated At",
}
# Several values in one cell stand between bars: "UFAC Class I|NFPA 260".
LIST_MARK = "|"
_AFTER = {"ACTIVE": "CLOSEOUT", "NEW": "ACTIVE", "CLOSEOUT": "DISCONTINUED"}


def product_rows(
    house: House,
    count: int,
    *,
    seed: int = SAMPLE_SEED,
    today: date = SAMPLE_DAY,
    change_share: float = 0.0,
) -> Iterator[tuple[list[str], bool]]:
    """Rows in `PRODUCT_COLUMNS` order, each with whether it differs from the row written with no change.

    Exactly `int(count * change_share)` rows differ, spread evenly: two in three by price and date of update, the
    third by status. Keys never change.
    """
    per_million = round(change_share * 1_000_000)
    row_number = changed = 0
    for pattern in patterns(house, count, seed, today):
        shared = _shared_cells(house, pattern)
        for product in pattern.products:
            row_number += 1
            is_changed = row_number * per_million // 1_000_000 > changed
            if is_changed:
                changed += 1
                product = _changed(product, today, by_status=changed % 3 == 0)
            yield _row(house, product, pattern, shared), is_changed


def _shared_cells(house: House, pattern: Pattern) -> list[str]:
    """The cells that all colours of a pattern share, from brand to yards_per_roll."""
    make = pattern.make
    by_roll = make.unit == "RL"
    rubs = str(pattern.double_rubs) if pattern.double_rubs else ""
    return [
        house.name,
        pattern.collection,
        make.category,
        LIST_MARK.join(make.usage),
        pattern.width,
        pattern.repeat_v,
        pattern.repeat_h,
        "Y" if pattern.railroaded else "N",
        pattern.content,
        pattern.backing,
        pattern.finish,
        pattern.cleaning,
        rubs,
        "Wyzenbeek" if rubs else "",
        LIST_MARK.join(code for code in make.fire if code),
        pattern.country,
        make.unit,
        "2" if by_roll else "1",
        {"YD": "0.25", "SF": "0.5"}.get(make.unit, "1"),
        "5" if by_roll else "",
    ]


def _row(house: House, product: Product, pattern: Pattern, shared: list[str]) -> list[str]:
    ended = product.discontinued_on
    image = f"https://images.{house.domain}/{product.item_no}.jpg" if product.status != "NEW" else ""
    return [
        product.item_no,
        pattern.pattern_no,
        pattern.name,
        product.color_no,
        product.color_name,
        *shared,
        f"{product.price_cents // 100}.{product.price_cents % 100:02d}",
        "USD",
        "Y" if house.price_visible else "N",
        str(pattern.lead_time_days),
        product.status,
        ended.isoformat() if ended else "",
        product.replaced_by,
        LIST_MARK.join(product.sample_types),
        _sample_status(product),
        product.upc,
        image,
        f"{product.updated_on.isoformat()}T06:00:00Z",
    ]


def _sample_status(product: Product) -> str:
    if product.sample_quantity:
        return "AVAILABLE"
    return "UNAVAILABLE" if product.status == "DISCONTINUED" else "BACKORDERED"


def _changed(product: Product, today: date, *, by_status: bool) -> Product:
    if by_status and product.status in _AFTER:
        status = _AFTER[product.status]
        ended = today if status == "DISCONTINUED" else None
        return product._replace(status=status, discontinued_on=ended, updated_on=today)
    return product._replace(price_cents=product.price_cents * 104 // 100 + 25, updated_on=today)
