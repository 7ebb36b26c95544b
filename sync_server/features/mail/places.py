"""Where people and samples are, as the lines of a mail or a letter."""

from shared_models.accounts.records import Organisation
from shared_models.sample_orders.records import SampleRequest
from sync_server.features.mail.wording import place_lines, present


def place_of(organisation: Organisation) -> tuple[str, ...]:
    """An organisation's address."""
    return place_lines(
        address1=organisation.address1,
        address2=organisation.address2,
        city=organisation.city,
        state=organisation.state,
        postal_code=organisation.postal_code,
        country=organisation.country,
    )


def reach_of(organisation: Organisation) -> tuple[str, ...]:
    """An organisation's address, telephone and mail address."""
    return present((*place_of(organisation), organisation.phone, organisation.email))


def ship_to(request: SampleRequest) -> tuple[str, ...]:
    """Where the samples of a request go."""
    place = place_lines(
        address1=request.ship_to_address1,
        address2=request.ship_to_address2,
        city=request.ship_to_city,
        state=request.ship_to_state,
        postal_code=request.ship_to_postal_code,
        country=request.ship_to_country,
    )
    attention = f"Attn: {request.ship_to_attention}" if request.ship_to_attention.strip() else ""
    return present((request.ship_to_name, attention, *place))
