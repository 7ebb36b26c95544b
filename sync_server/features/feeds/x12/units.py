"""Units of X12 as units of the datasets."""

from sync_server.foundation.x12.codes import codes
from sync_server.foundation.x12.elements import CODE
from sync_server.foundation.x12.segments import Segment, fault, shown

UNITS = {
    "YD": "YD",
    "LY": "YD",
    "EA": "EA",
    "RL": "RL",
    "FT": "FT",
    "LF": "FT",
    "SF": "SF",
    "SY": "SY",
    "PN": "PN",
    "MR": "M",
    "LM": "M",
}
"""Units of X12 that are units of the datasets."""

OTHER_UNITS = codes(
    "BG BX CA CM CN CS CT CX DA DO DR DZ FO GA GR HR IN JR KG KT LB LT MO MX OZ PA PC PD PK PL PR QT ST TH TN UN "
    "WK YR ZZ"
)
"""Units of X12 that none of ours is: their rows are wrong, or they measure something else than the goods."""


def unit(segment: Segment, place: int, component: str = "") -> str:
    """The unit at `place` as a dataset names it; one that no dataset has stays as it is, to be a wrong cell.

    `component` separates the parts of a composed unit, of which only the first is read: with a power or a factor after
    it the quantity would be another one.
    """
    code = segment.at(place)
    if component and component in code:
        code, _, others = code.partition(component)
        if others.strip(component):
            raise fault(segment, place, f"“{shown(segment.at(place))}”, is a composed unit; write one unit", code=CODE)
    if not code:
        return ""
    if code not in UNITS and code not in OTHER_UNITS:
        known = ", ".join(UNITS)
        raise fault(segment, place, f"“{shown(code)}”, is no known unit; there are {known}", code=CODE)
    return UNITS.get(code, code)
