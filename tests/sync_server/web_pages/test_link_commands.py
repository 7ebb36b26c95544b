"""The command `link` of `order-track-server`."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from shared_models.kernel.errors import DomainError
from sync_server.features.web_pages.commands import link
from sync_server.foundation.command_line import CommandContext
from tests.sync_server.web_pages.house import Correspondence

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class Commands:
    """Gives the commands that an operator types."""

    def __init__(self, correspondence: Correspondence, folder: Path) -> None:
        self.clock = correspondence.clock
        self.environment = {
            "ORDER_TRACK_DATABASE_URL": correspondence.server.settings.database_url,
            "ORDER_TRACK_DATA_DIR": str(folder),
            "ORDER_TRACK_SECRET_FILE": str(correspondence.server.settings.secret_file),
            "ORDER_TRACK_PUBLIC_URL": correspondence.server.url,
        }

    def run(self, *arguments: str) -> str:
        """What the command prints. Raises what it refuses."""
        context = CommandContext(self.clock)
        try:
            result = CliRunner().invoke(link, arguments, obj=context, env=self.environment, catch_exceptions=False)
        finally:
            context.close()
        assert result.exit_code == 0, result.output
        return result.output


@pytest.fixture
def commands(correspondence: Correspondence, tmp_path: Path) -> Commands:
    return Commands(correspondence, tmp_path)


def test_a_new_link_goes_to_who_had_it_or_to_another_address(
    correspondence: Correspondence, commands: Commands
) -> None:
    correspondence.ask(1)
    old = correspondence.link()
    assert "goes to samples@mbr.example" in commands.run("send", "mbr-1001")
    assert correspondence.link() != old
    assert correspondence.get(correspondence.link()).status_code == 200
    commands.run("send", "MBR-1001", "--purpose", "status", "--to", "june@castellane.example")
    assert "<form" not in correspondence.get(correspondence.link("june@castellane.example")).text
    listed = json.loads(commands.run("list", "MBR-1001", "--json"))
    assert sorted(row["purpose"] for row in listed) == ["confirm", "confirm", "status"]
    assert all(set(row) == {"purpose", "recipient", "issued_at", "ends_at", "revoked_at"} for row in listed)


def test_no_link_goes_to_who_confirms_in_order_track_or_to_nowhere(
    correspondence: Correspondence, commands: Commands
) -> None:
    correspondence.ask(1)
    with pytest.raises(DomainError, match="is no mail address"):
        commands.run("send", "MBR-1001", "--to", "nowhere")
    with pytest.raises(DomainError, match="There is no sample request KRA-9"):
        commands.run("send", "KRA-9")
    correspondence.change_organisation(correspondence.world.other_distributor, takes_part=True)
    with pytest.raises(DomainError, match="confirms there"):
        commands.run("send", "MBR-1001")


def test_links_of_a_request_can_be_withdrawn(correspondence: Correspondence, commands: Commands) -> None:
    correspondence.ask(1)
    correspondence.ask(1, number="2")
    first, second = (mail.body.split("/r/")[1].split()[0] for mail in correspondence.mails("samples@mbr.example"))
    assert "1 link of MBR-1001 withdrawn" in commands.run("revoke", "MBR-1001")
    assert correspondence.get(f"{correspondence.server.url}/r/{first}").status_code == 410
    assert correspondence.get(f"{correspondence.server.url}/r/{second}").status_code == 200


def test_another_key_keeps_old_links_or_ends_them(correspondence: Correspondence, commands: Commands) -> None:
    correspondence.ask(1)
    old = correspondence.link()
    assert "older ones hold for up to 90 days" in commands.run("change-key")
    assert correspondence.get(old).status_code == 200
    assert "every old link is refused now" in commands.run("change-key", "--forget-old")
    assert correspondence.get(old).status_code == 404
    commands.run("send", "MBR-1001")
    assert correspondence.get(correspondence.link()).status_code == 200
