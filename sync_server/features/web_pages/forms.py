"""What a browser sends of a form, as text by field."""

from urllib.parse import parse_qsl

from shared_models.kernel.errors import DomainError

LONGEST_FORM = 64 * 1024
_MOST_FIELDS = 4000


def form_fields(body: bytes) -> dict[str, str]:
    """The fields of an `application/x-www-form-urlencoded` body; of two with one name the last counts.

    Raises `DomainError("malformed")`.
    """
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict")
    except ValueError:
        raise DomainError("malformed", "What the browser sent cannot be read. Nothing was stored.") from None
    if any("\0" in value for _, value in pairs):
        raise DomainError("malformed", "What the browser sent cannot be read. Nothing was stored.")
    return dict(pairs)
