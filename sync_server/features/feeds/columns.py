"""What a column of a feed is, and those of products and inventory: the kind of value, and how people head it."""

from enum import Enum
from typing import NamedTuple

from shared_models.catalogue.records import PRODUCT_STATUSES, SAMPLE_TYPES, STOCK_STATUSES

CATEGORIES = ("FABRIC", "WALLCOVERING", "TRIM", "LEATHER", "FURNITURE", "LIGHTING", "RUG", "HARDWARE")
USAGES = ("UPHOLSTERY", "DRAPERY", "MULTIPURPOSE", "WALLCOVERING", "TRIM", "OUTDOOR")
UNITS = ("YD", "EA", "RL", "FT", "SF", "SY", "PN", "M")
MOST_CHARACTERS = 32_767
"""Of any cell, as the largest spreadsheet cell."""


class Kind(Enum):
    """How a cell is read."""

    CODE = "code"
    NAME = "name"
    TEXT = "text"
    QUANTITY = "quantity"
    MONEY = "money"
    INCHES = "inches"
    COUNT = "count"
    DAY = "day"
    INSTANT = "instant"
    CHOICE = "choice"
    CURRENCY = "currency"
    CODES = "codes"
    CHOICES = "choices"
    YES_NO = "yes_no"


NUMBERS = frozenset({Kind.QUANTITY, Kind.MONEY, Kind.INCHES, Kind.COUNT})


class Column(NamedTuple):
    """One column: its name in the record, its kind, the headings it may have besides its own name."""

    name: str
    kind: Kind
    headings: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    most_characters: int = MOST_CHARACTERS
    may_be_negative: bool = False
    is_needed: bool = False
    called: str = "a value"
    """What a row that lacks it needs, said in a sentence."""
    is_news: bool = True
    """False for a time stamp: a row in which nothing else differs did not change."""


ITEM_NO = Column(
    "item_no",
    Kind.CODE,
    ("item", "item code", "item id", "sku", "sku no", "style", "style no", "product no", "product code", "article no"),
    most_characters=40,
    is_needed=True,
    called="an item number",
)
UNIT = Column("unit", Kind.CHOICE, ("uom", "unit of measure", "um", "sales unit", "selling unit"), UNITS)

PRODUCT_COLUMNS: tuple[Column, ...] = (
    ITEM_NO,
    Column("pattern_no", Kind.CODE, ("pattern code", "pattern id")),
    Column("pattern_name", Kind.NAME, ("pattern", "pattern description", "design name", "design")),
    Column("color_no", Kind.CODE, ("color code", "color id", "colorway no")),
    Column("color_name", Kind.NAME, ("color", "colorway", "colorway name", "color description")),
    Column("brand", Kind.NAME, ("brand name", "division", "house")),
    Column("collection", Kind.NAME, ("collection name", "book name")),
    Column("category", Kind.CHOICE, ("product category", "product type", "category code"), CATEGORIES),
    Column("usage", Kind.CHOICES, ("use", "uses", "end use", "application", "applications", "usage list"), USAGES),
    Column("width_in", Kind.INCHES, ("width", "width inches", "fabric width", "usable width")),
    Column(
        "repeat_v_in",
        Kind.INCHES,
        ("repeat v", "v repeat", "vertical repeat", "repeat vertical", "vertical repeat in", "repeat v inches"),
    ),
    Column(
        "repeat_h_in",
        Kind.INCHES,
        ("repeat h", "h repeat", "horizontal repeat", "repeat horizontal", "horizontal repeat in", "repeat h inches"),
    ),
    Column("railroaded", Kind.YES_NO, ("railroad", "rr", "is railroaded")),
    Column("content", Kind.TEXT, ("contents", "fiber content", "fibre content", "composition"), most_characters=200),
    Column("backing", Kind.NAME),
    Column("finish", Kind.NAME, ("finishes",)),
    Column("cleaning_code", Kind.CODE, ("cleaning", "clean code", "care code")),
    Column(
        "abrasion_double_rubs",
        Kind.COUNT,
        ("double rubs", "abrasion", "rubs", "wyzenbeek double rubs", "abrasion rubs"),
    ),
    Column("abrasion_method", Kind.NAME, ("abrasion test", "abrasion test method")),
    Column("fire_codes", Kind.CODES, ("fire code", "flammability", "fire rating", "fire ratings", "flame codes")),
    Column("country", Kind.NAME, ("country of origin", "origin", "coo", "made in")),
    UNIT,
    Column("min_qty", Kind.QUANTITY, ("minimum", "min order", "min order qty", "minimum order", "moq")),
    Column("increment", Kind.QUANTITY, ("order increment", "increments", "order multiple", "qty increment")),
    Column("yards_per_roll", Kind.QUANTITY, ("roll yards", "yards roll", "roll length", "roll size")),
    Column("price_trade", Kind.MONEY, ("trade price", "price", "net price", "designer net", "unit price")),
    Column("currency", Kind.CURRENCY, ("currency code", "curr")),
    Column("price_visible", Kind.YES_NO, ("show price", "price shown", "is price visible")),
    Column("lead_time_days", Kind.COUNT, ("lead time", "lead days")),
    Column("status", Kind.CHOICE, ("product status", "item status"), PRODUCT_STATUSES),
    Column("discontinued_on", Kind.DAY, ("discontinued date", "date discontinued", "discontinued", "disc date")),
    Column("replaced_by", Kind.CODE, ("replacement", "replacement item", "replacement item no", "substitute")),
    Column("sample_types", Kind.CHOICES, ("sample type", "samples", "available samples"), SAMPLE_TYPES),
    Column("sample_status", Kind.NAME, ("memo status",)),
    Column("upc", Kind.CODE, ("upc code", "barcode", "gtin", "ean")),
    Column("image_url", Kind.TEXT, ("image", "image link", "picture", "photo url"), most_characters=2_000),
    Column("updated_at", Kind.INSTANT, ("updated", "last updated", "last modified", "modified at"), is_news=False),
)

INVENTORY_COLUMNS: tuple[Column, ...] = (
    ITEM_NO,
    Column(
        "warehouse",
        Kind.CODE,
        ("warehouse code", "whse", "wh", "location", "warehouse no", "branch"),
        most_characters=60,
    ),
    Column("lot_no", Kind.CODE, ("lot", "dye lot", "dye lot no", "lot code"), most_characters=60),
    Column("piece_no", Kind.CODE, ("piece", "roll no", "bolt", "bolt no", "piece id", "roll id"), most_characters=60),
    UNIT,
    Column("qty_on_hand", Kind.QUANTITY, ("on hand", "qoh", "onhand", "stock", "stock qty"), may_be_negative=True),
    Column("qty_committed", Kind.QUANTITY, ("committed", "allocated", "qty allocated"), may_be_negative=True),
    Column("qty_reserved", Kind.QUANTITY, ("reserved", "on reserve", "qty on reserve", "held"), may_be_negative=True),
    Column("qty_available", Kind.QUANTITY, ("available", "avail", "qty avail", "atp"), may_be_negative=True),
    Column("qty_on_order", Kind.QUANTITY, ("on order", "on po", "qty on po"), may_be_negative=True),
    Column("qty_backordered", Kind.QUANTITY, ("backordered", "backorder", "qty backorder", "bo"), may_be_negative=True),
    Column("largest_piece", Kind.QUANTITY, ("largest pc", "longest piece", "largest roll")),
    Column("next_due_on", Kind.DAY, ("next due", "next due date", "next eta", "eta", "due date")),
    Column("next_due_qty", Kind.QUANTITY, ("qty next due", "next eta qty", "due qty", "qty due")),
    Column("stock_status", Kind.CHOICE, ("status", "availability", "inventory status"), STOCK_STATUSES),
    Column("sample_qty_on_hand", Kind.COUNT, ("sample qty", "samples on hand", "sample on hand", "sample stock")),
    Column("as_of", Kind.INSTANT, ("as of date", "as at", "updated at", "last updated"), is_news=False),
)

DIST_CODE = "dist_code"
"""A column that every file may repeat; it must then be the sender's own code."""
DIST_CODE_HEADINGS = ("distributor code", "distributor", "vendor code", "house code")
