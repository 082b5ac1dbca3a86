"""Mail by SMTP: plain text with a simple HTML twin; nothing that reports back or is fetched from afar."""

from email.message import EmailMessage
from email.utils import formataddr, parseaddr
from html import escape
from urllib.parse import parse_qs, unquote, urlsplit

import aiosmtplib

from integrations.channels import (
    Outcome,
    Outgoing,
    ambiguous,
    failed_for_now,
    sent,
    undeliverable,
    unreachable,
)
from integrations.language import Translator
from integrations.wording.note_words import Words, words_of

SECONDS = 20
PERMANENT = 500  # SMTP codes from here on are definite
SENDER = "Kept"


class MailChannel:
    """Sends to people's addresses through one mail server, one connection a message.

    Args:
        smtp_url: `smtp://user:password@host:port` (STARTTLS where offered, required with `?starttls`)
            or `smtps://…` (TLS from the start).
        mail_from: the address messages come from.
    """

    def __init__(self, smtp_url: str, mail_from: str) -> None:
        parts = urlsplit(smtp_url)
        self._host = parts.hostname or "localhost"
        self._tls = parts.scheme == "smtps"
        self._port = parts.port
        self._user = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password) if parts.password else None
        self._start_tls = True if "starttls" in parse_qs(parts.query, keep_blank_values=True) else None
        self._from = mail_from

    async def send(self, outgoing: Outgoing) -> Outcome:
        """Send one note; see `Channel`."""
        language = Translator(outgoing.locale)
        words = words_of(outgoing.note, language, outgoing.zone)
        message = written(words, language, to=outgoing.email, mail_from=self._from)
        message["Message-ID"] = f"<{outgoing.message_id}@{_domain(self._from)}>"
        return await self._hand_over(message)

    async def send_plain(self, to: str, subject: str, text: str) -> bool:
        """Send one mail outside of the outbox, such as a sign-in link; return whether it was taken."""
        message = _headed(subject, to=to, mail_from=self._from)
        message.set_content(text)
        return (await self._hand_over(message)).error is None

    async def greet(self) -> Outcome:
        """Connect, sign in and leave without sending anything; for `kept doctor`."""
        client = self._client()
        try:
            async with client:
                return sent()
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            return outcome_of(error)

    def _client(self) -> aiosmtplib.SMTP:
        return aiosmtplib.SMTP(
            hostname=self._host,
            port=self._port,
            username=self._user,
            password=self._password,
            use_tls=self._tls,
            start_tls=False if self._tls else self._start_tls,
            timeout=SECONDS,
        )

    async def _hand_over(self, message: EmailMessage) -> Outcome:
        client = self._client()
        # Until the connection stands nothing was sent: wrong settings and a missing server are no fault
        # of an address, so the message waits.
        try:
            await client.connect()
        except (aiosmtplib.SMTPConnectError, OSError):
            return unreachable("mail_server_unreachable")
        except (aiosmtplib.SMTPException, ValueError):
            return unreachable("mail_server_refuses_us")
        try:
            await client.send_message(message)
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            return outcome_of(error)
        finally:
            client.close()
        return sent()


def outcome_of(error: Exception) -> Outcome:
    """Return what an error of the mail server means for the message at hand, once connected."""
    match error:
        case aiosmtplib.SMTPRecipientsRefused():
            codes = [recipient.code for recipient in error.recipients]
            return _refused(max(codes, default=PERMANENT), "mail_address_refused")
        case aiosmtplib.SMTPSenderRefused():
            return failed_for_now("mail_server_refuses_us")
        case aiosmtplib.SMTPResponseException():
            return _refused(error.code, "mail_refused")
    return ambiguous("mail_server_silent")


def _refused(code: int, error: str) -> Outcome:
    return undeliverable(error) if code >= PERMANENT else failed_for_now(error)


def written(words: Words, language: Translator, *, to: str, mail_from: str) -> EmailMessage:
    """Return a message with a text part and an equal HTML part."""
    message = _headed(words.subject, to=to, mail_from=mail_from)
    link = f"{words.button}: {words.url}" if words.url else ""
    message.set_content("\n\n".join(part for part in (words.text, link) if part) + "\n")
    message.add_alternative(_html(words, language), subtype="html")
    return message


def _headed(subject: str, *, to: str, mail_from: str) -> EmailMessage:
    message = EmailMessage()
    name, address = parseaddr(mail_from)
    message["From"] = formataddr((name or SENDER, address))
    message["To"] = to
    message["Subject"] = subject
    message["Auto-Submitted"] = "auto-generated"
    return message


def _html(words: Words, language: Translator) -> str:
    paragraphs, after = (
        [f"<p>{_broken(paragraph)}</p>" for paragraph in some] for some in (words.paragraphs, words.after)
    )
    quoted = [f"<blockquote>{_broken(quote)}</blockquote>" for quote in words.quoted]
    button = (
        [f'<p><a href="{escape(words.url, quote=True)}">{escape(words.button)}</a></p>']
        if words.url
        else []
    )
    small = [f"<p><small>{_broken(words.small)}</small></p>"] if words.small else []
    body = "\n".join([*paragraphs, *quoted, *after, *button, *small])
    return f'<!doctype html>\n<html lang="{language.code}"><body>\n{body}\n</body></html>\n'


def _broken(text: str) -> str:
    return escape(text).replace("\n", "<br>")


def _domain(mail_from: str) -> str:
    return parseaddr(mail_from)[1].rpartition("@")[2] or "localhost"
