"""The trade's vocabulary for the sample data: pattern names, colours and the ways a pattern is made."""

from typing import NamedTuple


class Make(NamedTuple):
    """One way a pattern is made: what its name may end with and what its specification says.

    Widths and repeats are inches as text; prices are whole dollars (low, high) for one unit; double rubs are
    thousands (low, high), (0, 0) where the test is not made. `unit`, `samples` and `usage` are values of the
    products feed, `colours` is a key of `COLOURS`.
    """

    category: str
    endings: tuple[str, ...]
    contents: tuple[str, ...]
    widths: tuple[str, ...]
    repeats: tuple[str, ...]
    finishes: tuple[str, ...]
    cleaning: tuple[str, ...]
    rubs: tuple[int, int]
    fire: tuple[str, ...]
    countries: tuple[str, ...]
    dollars: tuple[int, int]
    unit: str
    usage: tuple[str, ...]
    samples: tuple[str, ...]
    colours: str


def listed(text: str) -> tuple[str, ...]:
    """The parts of a text that stands between bars, each with its spaces made single."""
    return tuple(" ".join(part.split()) for part in text.split("|"))


HERITAGE_NAMES = listed(
    """
    Ashcombe|Bellamy|Carraway|Dunmore|Eversley|Fenwick|Glenarm|Hartwell|Islington|Kenmare|
    Larkhill|Marlowe|Northcote|Oakhurst|Pemberley|Quillan|Rushford|Selborne|Tisbury|Underhill|
    Wetherby|Abingdon|Brackley|Calloway|Dovecote|Elmstead|Farleigh|Greyfriars|Hadley|Inverness|
    Kingsley|Lavenham|Montrose|Nethercott|Orchard|Petworth|Ravensworth|Saltram|Thornbury|Upton|
    Winterbourne|Amberley|Birchwood|Chatham|Denholm|Ellery|Fairhaven|Gainsford|Holloway|
    Ivybridge|Keswick|Langley|Mayfield|Newbury|Overbrook|Penrose|Ridgeway|Stonecroft|Tarleton|
    Wexcombe|Aldwyn|Brantwood|Coldharbour|Dartmoor|Edgemont|Foxglove|Gatehouse|Heathcote|
    Juniper|Kelmscott|Lindfield|Millbrook|Norwood|Osterley|Primrose|Rosemoor|Standish|Tamarisk|
    Wisteria|Yarrow
    """
)
FRENCH_NAMES = listed(
    """
    Armance|Belle Rive|Côte Sauvage|Delphine|Étoile|Fontenay|Giverny|Hautbois|Isaure|Joséphine|
    Léonie|Mirabelle|Noémie|Orangerie|Palais Royal|Rivière|Séverine|Trianon|Valmont|Aurore|
    Bagatelle|Clairvaux|Dauphine|Églantine|Folie|Garance|Honfleur|Jardin d'Hiver|Lisière|
    Mistral|Nivernais|Ombelle|Passy|Régence|Solène|Tuileries|Verdure|Amaryllis|Brocéliande|
    Chantilly|Domaine|Épernay|Feuillage|Grand Siècle|Houppelande|Indienne|Lutèce|Marivaux|
    Nocturne|Odéon|Pivoine|Roseraie|Sologne|Toscane|Villandry|Ardennes|Bosquet|Camargue|Digne|
    Estérel|Faubourg|Guéridon|Hortense|Île Verte|Lorraine|Mérida|Outremer|Provins|Rambouillet|
    Saintonge|Théodora|Volière|Ysé|Zélie
    """
)
CONTRACT_NAMES = listed(
    """
    Axis|Meridian|Cadence|Tessera|Vector|Lattice|Parallel|Strata|Plinth|Quarry|Isobar|Datum|
    Contour|Fulcrum|Gantry|Halyard|Ingot|Keystone|Ledger|Mosaic|Nexus|Obelisk|Pivot|Rhythm|
    Sextant|Transom|Umbra|Vantage|Weft|Zenith|Aperture|Bastion|Cipher|Delta|Equinox|Facet|
    Gridwork|Horizon|Inset|Junction|Kinetic|Lumen|Monolith|Notch|Orbit|Prism|Quadrant|Ripple|
    Signal|Tempo|Unison|Verge|Waypoint|Alloy|Breakwater|Causeway|Drydock|Escarpment|Foundry|
    Granite|Harborline|Ironwood|Jetty|Longshore|Mainsail|Northlight|Outrigger|Pierhead|
    Ropewalk|Shoreline|Tideline|Undertow|Viaduct|Windward
    """
)

COLOURS: dict[str, tuple[str, ...]] = {
    "cloth": listed(
        """
        Alabaster|Ivory|Parchment|Oyster|Flax|Oatmeal|Linen|Dove|Pewter|Slate|Charcoal|
        Graphite|Ink|Midnight|Indigo|Delft|Chambray|Denim|Sky|Mist|Lagoon|Peacock|Teal|
        Aegean|Celadon|Seafoam|Sage|Lichen|Moss|Fern|Bottle Green|Olive|Loden|Citron|
        Chartreuse|Straw|Honey|Saffron|Ochre|Amber|Apricot|Copper|Terracotta|Paprika|Brick|
        Persimmon|Coral|Poppy|Garnet|Claret|Bordeaux|Rosewood|Blush|Petal|Shell|Dusty Rose|
        Mauve|Heather|Lavender|Thistle|Plum|Aubergine|Fig|Tobacco|Cocoa|Espresso|Walnut|
        Chestnut|Camel|Caramel|Biscuit|Sand|Dune|Driftwood|Mushroom|Taupe|Truffle|Stone|
        Pebble|Fog|Silver|Ash|Cream|Chalk|Porcelain|Bone|Wheat|Barley|Russet|Sienna|
        Cinnamon|Nutmeg|Juniper|Spruce|Pine|Basil|Pistachio|Aloe|Eucalyptus|Marine|Navy|
        Cobalt|Hyacinth|Onyx|Noir|Café au Lait|Rosé
        """
    ),
    "hide": listed(
        """
        Saddle|Cognac|Chestnut|Bridle|Oxblood|Havana|Tobacco|Espresso|Mahogany|Camel|Buckskin|
        Parchment|Bone|Fawn|Mushroom|Elephant|Slate|Raven|Midnight|Bottle Green|Forest|Claret|
        Peat|Whiskey|Toffee|Russet|Sand|Ivory|Pewter
        """
    ),
    "wood": listed(
        """
        Cerused Oak|Ebonized Ash|Natural Walnut|Smoked Oak|Bleached Maple|Dark Walnut|Limed Oak|
        Weathered Teak|Black Lacquer|Ivory Lacquer|Driftwood Oak|Honey Maple|Rift White Oak
        """
    ),
    "metal": listed(
        """
        Antique Brass|Satin Brass|Polished Nickel|Satin Nickel|Oil-Rubbed Bronze|Aged Iron|
        Blackened Steel|Burnished Copper|Gilded Plaster|White Gesso|Verdigris
        """
    ),
}

USA = ("United States",)
MILLS = ("United States", "Italy", "Belgium", "India", "Turkey", "United Kingdom", "France")
CURTAIN_FIRE = ("NFPA 701",)
SEAT_FIRE = ("UFAC Class I", "CAL TB 117-2013", "NFPA 260")
NONE = ("",)

# fmt: off
_MAKES = (
    Make("FABRIC", ("Velvet", "Mohair", "Épinglé", "Strié Velvet", "Cut Velvet"), ("100% Cotton Pile",
         "54% Viscose 46% Cotton", "100% Polyester", "68% Mohair 32% Cotton", "72% Cotton 28% Viscose"),
         ("54", "55", "56.5"), ("", "", "4.5x6.875"), ("", "Stain Repellent", "Crypton Home"), ("S", "WS",
         "W"), (30, 100), SEAT_FIRE, MILLS, (84, 298), "YD", ("UPHOLSTERY", "MULTIPURPOSE"), ("MEMO",
         "CUTTING", "WING"), "cloth"),
    Make("FABRIC", ("Linen", "Canvas", "Ticking", "Homespun", "Sateen", "Chambray"), ("100% Linen",
         "55% Linen 45% Cotton", "100% Cotton", "62% Linen 38% Viscose", "85% Linen 15% Polyamide"), ("52",
         "54", "55", "58"), ("", "0.75x0.75", "2.25x0"), ("", "Soil and Stain Repellent", "Garment Washed"),
         ("S", "WS", "Dry Clean Only"), (9, 40), ("UFAC Class I", "NFPA 260"), MILLS, (46, 158), "YD",
         ("MULTIPURPOSE", "DRAPERY", "UPHOLSTERY"), ("MEMO", "CUTTING"), "cloth"),
    Make("FABRIC", ("Weave", "Herringbone", "Chenille", "Basketweave", "Bouclé", "Tweed", "Chevron",
         "Houndstooth", "Matelassé"), ("63% Acrylic 37% Polyester", "48% Cotton 31% Viscose 21% Linen",
         "100% Recycled Polyester", "44% Wool 36% Viscose 20% Polyamide",
         "71% Polypropylene 29% Polyester"), ("54", "54.5", "55", "57"), ("", "1.125x1.5", "0.5x0.625",
         "3x3"), ("", "Crypton Home", "Latex Backed", "Nanotex"), ("WS", "W", "S"), (24, 100), SEAT_FIRE,
         MILLS, (52, 214), "YD", ("UPHOLSTERY",), ("MEMO", "CUTTING", "WING"), "cloth"),
    Make("FABRIC", ("Stripe", "Plaid", "Check", "Damask", "Jacquard", "Paisley", "Ikat", "Trellis", "Fret",
         "Ogee"), ("58% Cotton 42% Polyester", "51% Viscose 49% Linen", "100% Cotton", "76% Silk 24% Linen",
         "66% Polyester 34% Cotton"), ("54", "55", "56"), ("13.5x9", "27x13.5", "25.25x13.75", "6.25x4.5",
         "0x2.75", "18x27"), ("", "Stain Repellent"), ("S", "WS", "Dry Clean Only"), (12, 51),
         ("UFAC Class I", "CAL TB 117-2013"), MILLS, (58, 246), "YD", ("MULTIPURPOSE", "UPHOLSTERY",
         "DRAPERY"), ("MEMO", "CUTTING", "WING", "BOOK"), "cloth"),
    Make("FABRIC", ("Toile", "Vine", "Floral", "Chintz", "Garden Print", "Blossom", "Bird and Branch",
         "Hand Block"), ("100% Cotton", "100% Linen", "52% Linen 36% Cotton 12% Nylon"), ("54", "55"),
         ("25.25x27", "36x54", "27x27", "18.125x13.5"), ("", "Glazed", "Soil and Stain Repellent"), ("S",
         "Dry Clean Only"), (6, 24), ("UFAC Class I",), ("United Kingdom", "United States", "India"),
         (68, 262), "YD", ("MULTIPURPOSE", "DRAPERY"), ("MEMO", "CUTTING", "BOOK"), "cloth"),
    Make("FABRIC", ("Sheer", "Voile", "Casement", "Lace", "Scrim"), ("100% Trevira CS", "100% Polyester FR",
         "67% Polyester 33% Linen", "100% Linen"), ("110", "118", "120", "126"), ("", "12x9.25", "0x24"),
         ("", "Weighted Hem"), ("Machine Wash Cold", "Dry Clean Only"), (0, 0), CURTAIN_FIRE, ("Belgium",
         "Turkey", "Switzerland", "Italy"), (42, 138), "YD", ("DRAPERY",), ("MEMO", "CUTTING"), "cloth"),
    Make("FABRIC", ("Outdoor", "Terrace Stripe", "Cabana", "Deckcloth", "Awning Weave"),
         ("100% Solution Dyed Acrylic", "100% Olefin", "88% Acrylic 12% Polyester"), ("54", "47"), ("",
         "0x4.5", "9x9"), ("UV and Mildew Resistant",), ("W", "Bleach Cleanable"), (15, 50),
         ("UFAC Class I", "NFPA 260"), ("United States", "Spain", "Italy"), (48, 146), "YD", ("OUTDOOR",
         "UPHOLSTERY"), ("MEMO", "CUTTING", "RING_SET"), "cloth"),
    Make("WALLCOVERING", ("Grasscloth", "Sisal", "Raffia", "Abaca", "Arrowroot", "Cork", "Paperweave"),
         ("Sisal on Paper", "Jute on Non-Woven", "Abaca on Paper", "Cork Veneer on Foil",
         "Paper Yarn on Non-Woven"), ("36", "35.5"), ("", "0x36"), ("Hand Trimmed", ""),
         ("Dust or Vacuum",), (0, 0), ("ASTM E84 Class A",), ("China", "Japan", "Philippines",
         "South Korea"), (58, 214), "YD", ("WALLCOVERING",), ("MEMO", "BOOK"), "cloth"),
    Make("WALLCOVERING", ("Wallpaper", "Trellis Paper", "Mural", "Panoramic", "Stencil", "Damask Paper",
         "Sprig"), ("Clay Coated Paper", "Non-Woven", "Mica on Non-Woven", "Surface Printed Paper"),
         ("20.5", "27", "52", "20.875"), ("21x20.5", "25.25x27", "20.875x10.25", "126x52"), ("Prepasted",
         "Unpasted", "Washable"), ("Spongeable", "Scrubbable"), (0, 0), ("ASTM E84 Class A",),
         ("United States", "United Kingdom", "Sweden", "France"), (96, 348), "RL", ("WALLCOVERING",),
         ("MEMO", "BOOK"), "cloth"),
    Make("WALLCOVERING", ("Contract Vinyl", "Vinyl", "Acoustic", "Plaster", "Embossed", "Linen Wall"),
         ("Vinyl on Osnaburg, 20 oz", "Vinyl on Non-Woven, 15 oz", "Recycled Polyester Felt",
         "Olefin on Acrylic Backing"), ("54", "52", "48"), ("", "12.5x27", "25x54"), ("", "Antimicrobial",
         "PreFixx"), ("Bleach Cleanable", "W"), (0, 0), ("ASTM E84 Class A", "CAN/ULC S102"), USA, (18, 92),
         "YD", ("WALLCOVERING",), ("MEMO", "BOOK", "RING_SET"), "cloth"),
    Make("TRIM", ("Brush Fringe", "Bullion", "Gimp", "Cord with Tape", "Tape", "Tassel Fringe", "Border",
         "Braid", "Bead Trim"), ("100% Viscose", "62% Cotton 38% Viscose", "100% Polyester",
         "54% Wool 46% Viscose", "100% Linen"), ("0.5", "1.25", "1.75", "2.5", "4", "6.25"), ("", "0x1.5",
         "0x3"), ("", "Dyed to Match"), ("Dry Clean Only", "S"), (0, 0), NONE, ("France", "Italy", "India",
         "United States"), (9, 138), "YD", ("TRIM",), ("RING_SET", "CUTTING", "MEMO"), "cloth"),
    Make("LEATHER", ("Full Grain", "Aniline", "Nubuck", "Embossed Hide", "Saddle Hide", "Pebbled Hide",
         "Suede"), ("100% Full Grain Cowhide", "100% Top Grain Cowhide", "100% Sheepskin Suede"), ("", ""),
         ("",), ("Pure Aniline", "Semi-Aniline", "Protected", "Waxed Pull-Up"), ("Leather Cleaner Only",),
         (20, 100), ("CAL TB 117-2013", "UFAC Class I"), ("Italy", "Denmark", "Brazil", "Germany"), (9, 31),
         "SF", ("UPHOLSTERY",), ("RING_SET", "MEMO", "CUTTING"), "hide"),
    Make("FURNITURE", ("Lounge Chair", "Settee", "Side Table", "Console", "Ottoman", "Dining Chair",
         "Bench", "Credenza"), ("Kiln-Dried Hardwood Frame, Eight-Way Hand Tied",
         "Solid Oak with Oak Veneer", "Walnut with Brass Ferrules"), ("22", "30.5", "36", "64", "78"),
         ("",), ("Hand Rubbed", "Open Pore Lacquer"), NONE, (0, 0), NONE, ("United States", "Vietnam",
         "Denmark"), (740, 6900), "EA", (), ("RING_SET",), "wood"),
    Make("LIGHTING", ("Sconce", "Pendant", "Table Lamp", "Floor Lamp", "Chandelier", "Lantern"),
         ("Cast Brass and Linen Shade", "Hand Blown Glass and Steel", "Carved Alabaster and Brass"), ("6.5",
         "14", "22", "34"), ("",), ("Hand Applied",), NONE, (0, 0), ("UL Dry Location", "UL Damp Location"),
         ("United States", "Italy", "Portugal"), (290, 3600), "EA", (), ("RING_SET",), "metal"),
    Make("RUG", ("Hand Knot", "Flatweave", "Tufted Rug", "Kilim", "Loop Pile"), ("100% New Zealand Wool",
         "70% Wool 30% Silk", "100% Jute", "80% Wool 20% Allo"), ("72", "96", "108", "120"), ("",), ("",
         "Hand Sheared"), ("Professional Rug Cleaning",), (0, 0), ("CPSC FF 1-70",), ("Nepal", "India",
         "Morocco"), (880, 9400), "EA", (), ("MEMO",), "cloth"),
)
# fmt: on
MAKES: dict[str, tuple[Make, ...]] = {
    category: tuple(make for make in _MAKES if make.category == category)
    for category in dict.fromkeys(make.category for make in _MAKES)
}
