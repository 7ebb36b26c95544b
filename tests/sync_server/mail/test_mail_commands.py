"""The command `mail` of `order-track-server`, and a sender that is really killed."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from click.testing import CliRunner

from shared_models.kernel.clock import SettableClock, SystemClock
from shared_models.kernel.errors import DomainError
from sync_server.features.mail.commands import mail
from sync_server.features.mail.sending import LEASE
from sync_server.foundation.command_line import CommandContext
from tests.shared_models.world import ATELIER, KRAVEL
from tests.sync_server.mail.mail_sink import WAIT, MailSink
from tests.sync_server.mail.post_room import PostRoom, item, part

pytestmark = pytest.mark.parametrize("post_room", ["sqlite"], indirect=True)


class Commands:
    """Gives the commands that an operator types."""

    def __init__(self, post_room: PostRoom, folder: Path) -> None:
        self.environment = {
            "ORDER_TRACK_DATABASE_URL": post_room.settings.database_url,
            "ORDER_TRACK_DATA_DIR": str(folder),
            "ORDER_TRACK_SMTP_URL": post_room.settings.smtp_url,
            "ORDER_TRACK_MAIL_FROM": post_room.settings.mail_from,
        }

    def run(self, *arguments: str) -> str:
        """What the command prints. Raises what it refuses."""
        context = CommandContext()
        try:
            result = CliRunner().invoke(mail, arguments, obj=context, env=self.environment, catch_exceptions=False)
        finally:
            context.close()
        assert result.exit_code == 0, result.output
        return result.output

    def refusal(self, *arguments: str) -> str:
        """The sentence with which the command refuses."""
        with pytest.raises(DomainError) as refused:
            self.run(*arguments)
        return refused.value.sentence

    def start(self, *arguments: str) -> "subprocess.Popen[bytes]":
        """The command in a process of its own."""
        command = [sys.executable, "-m", "sync_server", "mail", *arguments]
        return subprocess.Popen(command, env=os.environ | self.environment)


@pytest.fixture
def commands(post_room: PostRoom, tmp_path: Path) -> Commands:
    """Two mails wait, written just now by the machine's clock, which the commands go by."""
    post_room.clock = SettableClock(SystemClock().now())
    post_room.order(part("r1", KRAVEL, item("l1")), part("r2", ATELIER, item("l2")))
    return Commands(post_room, tmp_path)


def test_the_operator_sees_what_waits_and_why(commands: Commands) -> None:
    listed = json.loads(commands.run("list", "--json"))
    assert [(one["recipient"], one["state"]) for one in listed] == [
        ("post@brandt.example", "queued"),
        ("samples@kravel.example", "queued"),
    ]
    assert "Sample request KRA-1001 from Halden & Reyes: 1 sample" in commands.run("list", "--state", "queued")
    assert commands.run("list", "--state", "sent").strip() == "no mail"
    status = json.loads(commands.run("status", "--json"))
    assert (status["counts"]["queued"], status["smtp_configured"]) == (2, False)
    assert commands.run("status").startswith("2 mails wait. No mail leaves: set ORDER_TRACK_SMTP_URL")
    shown = commands.run("show", listed[1]["id"])
    assert 'To: "Kravel Fabrics, sample department" <samples@kravel.example>' in shown
    assert "Attached: sample-request-KRA-1001.pdf" in shown
    assert "Halden & Reyes asks you for 1 sample." in shown


def test_one_pass_sends_what_waits_and_export_writes_it_down(
    sink: MailSink, commands: Commands, tmp_path: Path
) -> None:
    sink.at_rcpt.append("451 Later")
    assert commands.run("send-now").startswith("1 sent, 1 put off, 0 undeliverable")
    assert json.loads(commands.run("send-now", "--json")) == {
        "sent": 1,
        "put_off": 0,
        "undeliverable": 0,
        "note": "",
    }
    assert len(sink.taken) == 2
    written = json.loads(commands.run("export", str(tmp_path / "mail"), "--json"))
    assert [one["file"] for one in written] == [
        "001-sample_request-post-at-brandt.example.eml",
        "002-sample_request-samples-at-kravel.example.eml",
    ]
    read = message_from_bytes((tmp_path / "mail" / written[1]["file"]).read_bytes(), policy=default)
    assert read["Message-ID"] in sink.message_ids
    (attachment,) = read.iter_attachments()
    assert attachment.get_content().startswith(b"%PDF")


def test_a_wrong_id_address_or_folder_is_answered_with_a_sentence(commands: Commands, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert commands.refusal("show", "nothing") == "There is no mail nothing in the outbox."
    assert commands.refusal("retry", "nothing") == "There is no mail nothing in the outbox."
    assert commands.refusal("retry", "nothing", "--to", "ann") == "“ann” is no mail address."
    assert "cannot be written to" in commands.refusal("export", str(tmp_path / "file" / "mail"))


def test_a_mail_to_a_wrong_address_is_sent_to_the_right_one_by_hand(
    post_room: PostRoom, sink: MailSink, commands: Commands, expect_log: Callable[[str], None]
) -> None:
    expect_log("is undeliverable")
    sink.at_rcpt.append("550 No such mailbox")
    assert commands.run("send-now").startswith("1 sent, 0 put off, 1 undeliverable")
    (stuck,) = json.loads(commands.run("list", "--state", "undeliverable", "--json"))
    assert commands.run("retry", stuck["id"], "--to", "right@brandt.example") == f"queued {stuck['id']}\n"
    assert commands.run("send-now").startswith("1 sent")
    assert sink.recipients[-1] == "right@brandt.example"
    assert {one.state for one in post_room.mails()} == {"sent"}


@pytest.mark.timeout(120)
def test_a_sender_killed_while_the_server_has_the_mail_repeats_it_as_the_same_mail(
    post_room: PostRoom, sink: MailSink, commands: Commands
) -> None:
    sink.at_data.append(WAIT)
    with commands.start("send-now") as process:
        assert sink.has_data.wait(100)
        process.send_signal(signal.SIGKILL)
        process.wait(10)
    sink.may_answer.set()
    (killed,) = [mail for mail in post_room.mails() if mail.state == "sending"]
    post_room.clock = SettableClock(SystemClock().now() + LEASE)
    assert post_room.send().sent == 2
    assert killed.message_id in sink.message_ids
    assert set(sink.message_ids) == {mail.message_id for mail in post_room.mails()}
