"""What lies on shelves: the showrooms' library copies and open loans, the reps' kits, the houses' sample bins."""

from collections.abc import Iterator
from math import gcd

from desktop.demo.sample_catalogue import Draw, Product, patterns
from desktop.demo.sample_houses import House
from desktop.demo.sample_people import Record, sidemark

LOAN_DAYS = 14


def sample_products(house: House, count: int, seed: int) -> list[Product]:
    """The first `count` products of a house in item number order."""
    return [product for pattern in patterns(house, count, seed) for product in pattern.products]


def copies(
    showroom: str,
    wanted: dict[str, int],
    products: dict[str, list[Product]],
    used_upcs: set[str],
    seed: int,
) -> list[Record]:
    """Library copies of a showroom, `wanted` of each line, numbered from 1 through all lines.

    Each has the showroom's own barcode; one in four also the distributor's UPC, which is added to `used_upcs` so that
    no code stands on two copies. One item in twelve is there twice; a few items are discontinued, as in any library.
    """
    draw = Draw(seed, showroom, "copies")
    found: list[Record] = []
    for line, (code, count) in enumerate(wanted.items()):
        for place, product in enumerate(_chosen(products[code], count, draw)):
            number = len(found) + 1
            barcodes = [f"{showroom}{number:06d}"]
            if product.upc and product.upc not in used_upcs and draw.chance(0.25):
                used_upcs.add(product.upc)
                barcodes.append(product.upc)
            found.append(
                {
                    "number": number,
                    "dist_code": code,
                    "item_no": product.item_no,
                    "sample_type": _sample_type(product, draw),
                    "barcodes": barcodes,
                    "shelf": f"{'ABCDEFGHJK'[line]}-{place // 24 + 1:02d}-{place % 24 // 6 + 1}",
                    "condition": draw.pick(("GOOD", "GOOD", "GOOD", "GOOD", "WORN")),
                }
            )
    return found


def _chosen(products: list[Product], count: int, draw: Draw) -> list[Product]:
    """Products in item number order, as they stand on the shelf, one in twelve of them twice."""
    fit = [product for product in products if product.status != "DISCONTINUED" or draw.chance(0.5)]
    singles = draw.shuffled(fit)[: count - count // 13]
    doubles = singles[: count - len(singles)]
    chosen = {product.item_no for product in singles}
    twice = {product.item_no for product in doubles}
    return [
        product
        for product in products
        if product.item_no in chosen
        for _ in range(2 if product.item_no in twice else 1)
    ]


def _sample_type(product: Product, draw: Draw) -> str:
    loanable = [kind for kind in product.sample_types if kind != "CUTTING"]
    if draw.chance(0.03) and "CUTTING" in product.sample_types:
        return "CUTTING"
    return loanable[0] if draw.chance(0.85) else draw.pick(loanable)


def loans(
    showroom: str,
    shelf: list[Record],
    accounts: list[Record],
    clerks: list[str],
    open_count: int,
    overdue_count: int,
    seed: int,
) -> list[Record]:
    """Open loans, oldest first: `lent_days_ago` and `due_in_days` count from the day the world is used.

    A designer takes one to six copies at a visit, for one sidemark. Exactly `overdue_count` are overdue: their
    `due_in_days` is below 0. Blocked designers have old loans and no new ones.
    """
    draw = Draw(seed, showroom, "loans")
    free = draw.shuffled([copy for copy in shelf if copy["sample_type"] != "CUTTING"])
    blocked = [account for account in accounts if account["blocked"]]
    others = [account for account in accounts if not account["blocked"]]
    made: list[Record] = []
    while len(made) < open_count:
        is_overdue = len(made) < overdue_count
        account = blocked.pop() if is_overdue and blocked else draw.pick(others)
        end = overdue_count if is_overdue else open_count
        size = min(draw.between(1, 6), end - len(made))
        days_ago = draw.between(LOAN_DAYS + 1, 75) if is_overdue else draw.between(0, LOAN_DAYS)
        if account["blocked"]:
            days_ago = draw.between(95, 140)
        visit = {
            "designer": account["number"],
            "lent_by": draw.pick(clerks),
            "lent_days_ago": days_ago,
            "due_in_days": LOAN_DAYS - days_ago,
            "sidemark": sidemark(draw),
        }
        made.extend({"copy": free.pop()["number"], **visit} for _ in range(size))
    made.sort(key=lambda loan: (-int(loan["lent_days_ago"]), str(loan["designer"])))
    return [{"number": place + 1, **loan} for place, loan in enumerate(made)]


def kit(
    code: str, name: str, rep: str, showroom: str, wanted: dict[str, int], products: dict[str, list[Product]], seed: int
) -> Record:
    """A rep's kit: `wanted` items of each line, none discontinued, in item number order."""
    draw = Draw(seed, code)
    items: list[Record] = []
    for dist_code, count in wanted.items():
        fit = [
            product
            for product in products[dist_code]
            if product.status in ("ACTIVE", "NEW") and "MEMO" in product.sample_types
        ]
        picked = sorted(draw.shuffled(fit)[:count], key=lambda product: product.item_no)
        items.extend(
            {
                "dist_code": dist_code,
                "item_no": product.item_no,
                "sample_type": "MEMO",
                "quantity": 2 if draw.chance(0.1) else 1,
            }
            for product in picked
        )
    return {"code": code, "name": name, "rep": rep, "showroom": showroom, "items": items}


def bins(house: House, products: list[Product]) -> Iterator[Record]:
    """Where the sample department keeps each product and how many there are: the feed's sample quantity.

    A bin is aisle, bay, level ("A-12-03"). Neighbours in item number lie far apart, as goods do that were put
    away when they came, so a ticket sorted by bin is a shorter walk than one sorted by item.
    """
    step = next(step for step in range(331, 2 * len(products) + 332) if gcd(step, len(products)) == 1)
    for place, product in enumerate(products):
        slot = place * step % len(products)
        aisle, rest = divmod(slot, 144)
        yield {
            "dist_code": house.code,
            "item_no": product.item_no,
            "sample_type": product.sample_types[0],
            "bin": f"{'ABCDEFGHJKLMNPQRSTUVWXYZ'[aisle]}-{rest // 6 + 1:02d}-{rest % 6 + 1:02d}",
            "quantity": product.sample_quantity,
        }
