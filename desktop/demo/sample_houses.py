"""The invented distributors of the sample data: names, item numbers, warehouses, and how each writes files."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from desktop.demo.sample_words import CONTRACT_NAMES, FRENCH_NAMES, HERITAGE_NAMES

NO_ORDER_TRACK_CODE = "TVP"
FEED_HOUSES_IN_SAMPLE = 3


@dataclass(frozen=True)
class Address:
    """A postal address in the United States."""

    line1: str
    city: str
    state: str
    postal_code: str
    line2: str = ""
    country: str = "US"


@dataclass(frozen=True)
class FileStyle:
    """How a house's system writes its files: `friendly_headers` are headings for people ("Item #")."""

    delimiter: str = ","
    encoding: str = "utf-8"
    line_end: str = "\n"
    friendly_headers: bool = False


@dataclass(frozen=True)
class House:
    """A distributor: who it is and how it numbers, prices, stocks and exports its goods.

    `numbering` is a key of `NUMBERING`. `categories` is walked again and again, one entry a pattern, so that the
    shares hold for any number of products. `share` is its part of every 3,000 products.
    """

    code: str
    name: str
    address: Address
    phone: str
    domain: str
    modules: tuple[str, ...]
    cadence_hours: int
    numbering: str
    first_pattern_number: int
    names: tuple[str, ...]
    categories: tuple[str, ...]
    collections: tuple[str, ...]
    warehouses: tuple[str, ...]
    keeps_lots: bool
    keeps_pieces: bool
    price_visible: bool
    style: FileStyle
    share: int

    @property
    def sample_department_email(self) -> str:
        """The address that sample requests go to."""
        return f"samples@{self.domain}"


def _dashed(pattern: int, colour: int) -> tuple[str, str, str]:
    return f"{pattern:04d}", f"{colour:02d}", f"{pattern:04d}-{colour:02d}"


def _dotted(pattern: int, colour: int) -> tuple[str, str, str]:
    return f"{pattern}", f"{colour * 5}", f"{pattern}.{colour * 5}.0"


def _joined(pattern: int, colour: int) -> tuple[str, str, str]:
    return f"{pattern:05d}", f"{colour:03d}", f"{pattern:05d}{colour:03d}"


# Pattern and running colour to (pattern_no, color_no, item_no): "0123-04"; "1354.10.0"; "00418012". A program that
# takes item numbers for numbers damages each of them in another way.
NUMBERING: dict[str, Callable[[int, int], tuple[str, str, str]]] = {
    "dashed": _dashed,
    "dotted": _dotted,
    "joined": _joined,
}

CALDER = House(
    code="CTH",
    name="Calder & Thrane",
    address=Address("1180 Spindle Works Road", "High Point", "NC", "27260"),
    phone="(336) 555-0142",
    domain="calderthrane.example",
    modules=("basic", "inventory", "web_distribution", "sample_processing"),
    cadence_hours=1,
    numbering="dashed",
    first_pattern_number=100,
    names=HERITAGE_NAMES,
    categories=(
        "FABRIC",
        "FABRIC",
        "WALLCOVERING",
        "FABRIC",
        "FABRIC",
        "FABRIC",
        "TRIM",
        "FABRIC",
        "WALLCOVERING",
        "FABRIC",
        "RUG",
        "FABRIC",
        "FABRIC",
    ),
    collections=(
        "Hearth & Moor",
        "Drawing Room Volume IV",
        "Wintergreen",
        "Garden Ledger",
        "Terrace",
        "Archive 1911",
        "Plain Dealing",
        "Northern Light",
        "Tailored Menswear",
        "Long Gallery",
    ),
    warehouses=("HPT", "RNO"),
    keeps_lots=True,
    keeps_pieces=True,
    price_visible=True,
    style=FileStyle(),
    share=1200,
)
BERAUDIN = House(
    code="MBR",
    name="Maison Béraudin",
    address=Address("52 Meadowlands Parkway", "Secaucus", "NJ", "07094", "Building C"),
    phone="(201) 555-0168",
    domain="maisonberaudin.example",
    modules=("basic", "inventory", "sample_processing"),
    cadence_hours=2,
    numbering="dotted",
    first_pattern_number=1340,
    names=FRENCH_NAMES,
    categories=(
        "FABRIC",
        "TRIM",
        "FABRIC",
        "FABRIC",
        "FABRIC",
        "LEATHER",
        "TRIM",
        "FABRIC",
        "WALLCOVERING",
        "FABRIC",
        "FABRIC",
        "TRIM",
        "RUG",
    ),
    collections=(
        "Les Essentiels",
        "Atelier Indigo",
        "Côté Jardin",
        "Grand Trianon",
        "Rive Gauche",
        "Voyage en Provence",
        "Théâtre",
        "Belle Époque",
        "Riviera",
    ),
    warehouses=("SEC", "DAL"),
    keeps_lots=True,
    keeps_pieces=True,
    price_visible=True,
    style=FileStyle(delimiter=";", encoding="cp1252", line_end="\r\n", friendly_headers=True),
    share=1100,
)
PELLWICK = House(
    code="PWK",
    name="Pellwick Contract",
    address=Address("2400 Turner Avenue NW", "Grand Rapids", "MI", "49544"),
    phone="(616) 555-0117",
    domain="pellwick.example",
    modules=("basic", "sample_processing"),
    cadence_hours=24,
    numbering="joined",
    first_pattern_number=400,
    names=CONTRACT_NAMES,
    categories=("WALLCOVERING", "FABRIC", "LEATHER", "WALLCOVERING", "FURNITURE", "FABRIC", "LIGHTING", "WALLCOVERING"),
    collections=(
        "Workplace One",
        "Hospitality Suite",
        "Civic",
        "Clean Line",
        "Quiet Hours",
        "Field Office",
        "Landing",
    ),
    warehouses=("GRR",),
    keeps_lots=False,
    keeps_pieces=False,
    price_visible=False,
    style=FileStyle(line_end="\r\n"),
    share=700,
)
# Sells through showrooms but is not on Order-Track: an e-mail address, no feed, no modules.
TIDEWATER = replace(
    CALDER,
    code=NO_ORDER_TRACK_CODE,
    name="Tidewater & Vogel Passementerie",
    address=Address("316 Granby Wharf", "Norfolk", "VA", "23510", "Suite 4"),
    phone="(757) 555-0193",
    domain="tidewatervogel.example",
    modules=(),
    categories=("TRIM", "TRIM", "LEATHER"),
    collections=("Harbor Cords", "Naval Braid", "Signal Flags"),
    first_pattern_number=6000,
    price_visible=False,
)

# Further houses for measurements with many distributors: (code, name, city, state, postal code, area code).
_FURTHER = (
    ("ALB", "Alder & Brisbane", "Hickory", "NC", "28602", "828"),
    ("CSW", "Cresswell Mercantile", "Fall River", "MA", "02720", "508"),
    ("DLM", "Delamarche et Fils", "Long Island City", "NY", "11101", "718"),
    ("EVH", "Everholt Leather", "Gloversville", "NY", "12078", "518"),
    ("FNB", "Fennimore Brass", "Waterbury", "CT", "06702", "203"),
    ("GWT", "Greyswift Textiles", "Spartanburg", "SC", "29301", "864"),
    ("HLB", "Hollisbrand Wallcoverings", "Joliet", "IL", "60435", "815"),
    ("INV", "Inverlochan Wools", "Manchester", "NH", "03101", "603"),
    ("JSP", "Jasperline", "Dalton", "GA", "30720", "706"),
    ("KTM", "Kittermaster Rugs", "Calhoun", "GA", "30701", "762"),
    ("LDV", "Lindenvoort", "Holland", "MI", "49423", "616"),
    ("MRB", "Marabelle Linens", "Savannah", "GA", "31401", "912"),
    ("NSK", "Nashkeel Outdoor", "Jupiter", "FL", "33458", "561"),
    ("OSG", "Ossengate Silks", "Paterson", "NJ", "07501", "973"),
    ("PRV", "Prevallon", "New Orleans", "LA", "70130", "504"),
    ("QNB", "Quenby Passementerie", "Chicopee", "MA", "01013", "413"),
    ("RVD", "Ravendene", "Thomasville", "NC", "27360", "336"),
    ("SLT", "Saltmarsh Grasscloth", "Providence", "RI", "02903", "401"),
    ("TRW", "Tarrowby Casegoods", "Martinsville", "VA", "24112", "276"),
    ("ULM", "Ulmestead", "Tupelo", "MS", "38801", "662"),
    ("VRN", "Varenholt Lighting", "Erie", "PA", "16501", "814"),
    ("WSF", "Westfallen Mills", "Lewiston", "ME", "04240", "207"),
    ("YRL", "Yarlington Prints", "New Bedford", "MA", "02740", "774"),
    ("ZPH", "Zephyrine", "Carson", "CA", "90745", "310"),
)
MOST_FEED_HOUSES = FEED_HOUSES_IN_SAMPLE + len(_FURTHER)


def feed_houses(count: int = FEED_HOUSES_IN_SAMPLE) -> tuple[House, ...]:
    """Houses that post feeds, the three of the sample first; 3 to `MOST_FEED_HOUSES`, else ValueError.

    A further house numbers, prices and exports like one of the three, under its own name.
    """
    if not FEED_HOUSES_IN_SAMPLE <= count <= MOST_FEED_HOUSES:
        raise ValueError(
            f"The sample world has {FEED_HOUSES_IN_SAMPLE} to {MOST_FEED_HOUSES} distributors with feeds; "
            f"{count} were asked for and nothing was written."
        )
    own = (CALDER, BERAUDIN, PELLWICK)
    further = (_further_house(position) for position in range(count - FEED_HOUSES_IN_SAMPLE))
    return own + tuple(further)


def feed_house(code: str) -> House:
    """The house with this code among all that post feeds; ValueError when there is none."""
    for house in feed_houses(MOST_FEED_HOUSES):
        if house.code == code:
            return house
    raise ValueError(f"No distributor with feeds in the sample world has the code {code}.")


def _further_house(position: int) -> House:
    code, name, city, state, postal_code, area = _FURTHER[position]
    return replace(
        (CALDER, BERAUDIN, PELLWICK)[position % 3],
        code=code,
        name=name,
        address=Address(f"{100 + 37 * position} Mill Street", city, state, postal_code),
        phone=f"({area}) 555-01{20 + position:02d}",
        domain=f"{name.split()[0].lower()}.example",
        modules=("basic", "inventory", "sample_processing"),
        first_pattern_number=2000 + 700 * position,
        share=1000,
    )
