"""Mail against a real SMTP server on loopback."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from uuid import UUID

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from integrations.channels import OutcomeKind, Outgoing
from integrations.mail import MailChannel
from integrations.wording.notes import Ask, Note, Shared
from service.demo.server import free_port
from tests.conftest import NOON


class Office:
    """A mail server that keeps what it takes and refuses what it is told to."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.says = {"RCPT": "250 OK", "DATA": "250 OK"}

    async def handle_RCPT(  # noqa: N802 -- named by aiosmtpd
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.says["RCPT"].startswith("2"):
            envelope.rcpt_tos.append(address)
        return self.says["RCPT"]

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 -- its name
        content = envelope.original_content or b""
        self.taken.append(message_from_bytes(content, policy=policy.default))
        return self.says["DATA"]


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def server(office: Office) -> Iterator[str]:
    port = free_port()
    controller = Controller(office, hostname="127.0.0.1", port=port)
    controller.start()
    yield f"smtp://127.0.0.1:{port}"
    controller.stop()


def invitation(url: str = "http://kept.test/answer/token") -> Ask:
    closes: datetime = NOON + timedelta(days=3)
    return Ask("invitation", UUID(int=1), "R&D <north>", 5, closes, answer_url=url)


def outgoing(note: Note | None = None) -> Outgoing:
    return Outgoing("invitation:1", "alice@example.com", None, "en", "Europe/Berlin", note or invitation())


async def test_an_invitation_has_a_text_and_an_equal_html_part_with_the_personal_link(
    server: str, office: Office
):
    outcome = await MailChannel(server, "kept@example.com").send(outgoing())
    letter = office.taken[0]
    text, html = (
        letter.get_body((kind,)).get_content()  # type: ignore[union-attr]  # both parts are there
        for kind in ("plain", "html")
    )

    assert outcome.kind is OutcomeKind.SENT
    assert letter["Subject"] == "The pulse of R&D <north> is open"
    assert letter["From"] == "Kept <kept@example.com>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert "http://kept.test/answer/token" in text
    assert 'href="http://kept.test/answer/token"' in html
    assert "R&amp;D &lt;north&gt;" in html
    assert "open until Friday 6 March, 13:00" in text


async def test_nothing_in_a_mail_reports_back(server: str, office: Office):
    await MailChannel(server, "kept@example.com").send(outgoing())
    whole = office.taken[0].as_string()

    assert "<img" not in whole
    assert "Disposition-Notification-To" not in whole
    assert whole.count("http") == whole.count("http://kept.test/answer/token")


async def test_every_try_of_a_message_has_the_same_id(server: str, office: Office):
    channel = MailChannel(server, "kept@example.com")
    await channel.send(outgoing())
    await channel.send(outgoing())
    first, second = office.taken

    assert first["Message-ID"] == second["Message-ID"]
    assert str(first["Message-ID"]).endswith("@example.com>")


async def test_somebodys_own_words_stand_apart(server: str, office: Office):
    note = Shared("Harbour", "Lena", "Thank you.\nI read <all> of it.", "http://kept.test/teams/1")
    await MailChannel(server, "kept@example.com").send(outgoing(note))
    html = office.taken[0].get_body(("html",))

    assert html is not None
    assert "<blockquote>Thank you.<br>I read &lt;all&gt; of it.</blockquote>" in html.get_content()


@pytest.mark.parametrize(
    ("says", "kind"),
    [
        ({"RCPT": "550 no such user"}, OutcomeKind.UNDELIVERABLE),
        ({"RCPT": "450 try later"}, OutcomeKind.FAILED_FOR_NOW),
        ({"DATA": "554 not wanted"}, OutcomeKind.UNDELIVERABLE),
        ({"DATA": "451 busy"}, OutcomeKind.FAILED_FOR_NOW),
    ],
)
async def test_a_five_is_for_good_and_a_four_for_now(
    server: str, office: Office, says: dict[str, str], kind: OutcomeKind
):
    office.says |= says

    assert (await MailChannel(server, "kept@example.com").send(outgoing())).kind is kind


async def test_a_server_that_is_not_there_or_lacks_encryption_leaves_the_message_waiting(server: str):
    away = await MailChannel(f"smtp://127.0.0.1:{free_port()}", "kept@example.com").send(outgoing())
    bare = await MailChannel(f"{server}?starttls", "kept@example.com").send(outgoing())

    assert (away.kind, away.error) == (OutcomeKind.FAILED_FOR_NOW, "mail_server_unreachable")
    assert (bare.kind, bare.error) == (OutcomeKind.FAILED_FOR_NOW, "mail_server_refuses_us")


async def test_a_plain_mail_says_whether_it_was_taken(server: str, office: Office):
    channel = MailChannel(server, "Kept at Example <kept@example.com>")

    assert await channel.send_plain("alice@example.com", "Your link", "Here it is.")
    assert office.taken[0]["From"] == "Kept at Example <kept@example.com>"
    office.says["RCPT"] = "550 no"
    assert not await channel.send_plain("alice@example.com", "Your link", "Here it is.")
