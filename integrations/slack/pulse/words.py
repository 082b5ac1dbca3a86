"""The open question in Slack: a form of its own after the sheet, stored by itself and apart from it.

Words pass through Slack together with a name, which the form says; what is stored has none. Before
words that could give somebody away are stored, the form comes back once and says why; sending it again
stores them as they are. Nothing that was looked at is kept or logged.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from integrations.language import Translator
from integrations.slack import blocks
from integrations.slack.blocks import Block
from integrations.slack.desk import Desk, Reply, as_json, plain_view, update_to
from integrations.slack.identifiers import SEEN, Action, Callback
from integrations.slack.incoming.events import Pressed, WordsSent
from integrations.wording.hints import (
    NOT_STORED_YET,
    PASSED_ALONG,
    say_hints,
    when_harm_is_named,
    where_to_report,
)
from surveys.ballots.queries import BlankSheet, answer_token, blank_sheet
from surveys.ballots.remarks import cast_remark
from surveys.ballots.words import FEWEST_ASKED, LONGEST_REMARK, HandedWords, PassedOn, chosen_kind
from surveys.comments.queries import Around, around
from surveys.comments.rules import FEWEST
from surveys.comments.wording import Checked, check, parts_of_names
from surveys.errors import Invalid, SurveyError
from surveys.questions.rules import OPEN_PROMPTS, THEMES


async def show_words(desk: Desk, event: Pressed, place_id: UUID) -> None:
    """Show the open question, blank; in a small unit the way to a mailbox instead."""
    view = await _form(desk, event.user_id, place_id)
    await desk.show(event, view)


async def take_words(desk: Desk, event: WordsSent) -> Reply:
    """Store somebody's words in a transaction of their own; or show once what could give them away."""
    kind = chosen_kind(event.kind, event.words, event.theme)
    content = event.theme if kind is PassedOn.THEME else event.words
    try:
        if kind is PassedOn.WORDS and not event.seen:
            view = await _second_look(desk, event)
            if view is not None:
                return update_to(view)
        handed_in = HandedWords(event.place_id, event.user_id, kind, content)
        async with desk.sessions.begin() as session:
            await cast_remark(session, desk.keys, handed_in, now=desk.clock())
    except SurveyError as refusal:
        language = await desk.language_of(event.user_id)
        field = "theme" if isinstance(refusal, Invalid) and refusal.field == "theme" else "words"
        said = language.refusal(refusal)
        return as_json({"response_action": "errors", "errors": {field: said}})
    language = await desk.language_of(event.user_id)
    return update_to(plain_view(language, language.say("Thank you"), _stored(language, content)))


async def _second_look(desk: Desk, event: WordsSent) -> Block | None:
    """Return the form with what the check found, or None where it found nothing."""
    async with desk.sessions() as session:
        asked = await _asked(desk, session, event.user_id, event.place_id)
    sheet = asked.sheet
    prompt = OPEN_PROMPTS.get(sheet.rules.open_prompt or "")
    names = [] if prompt is None or prompt.names_welcome else parts_of_names(asked.around.names)
    checked = check(event.words, sheet.locale, names)
    if not checked.harm and not checked.hints:
        return None
    return _words_form(asked, Translator(sheet.locale), desk, event.words, checked)


async def _form(desk: Desk, user_id: str, place_id: UUID) -> Block:
    async with desk.sessions() as session:
        asked = await _asked(desk, session, user_id, place_id)
    sheet = asked.sheet
    language = Translator(sheet.locale)
    if sheet.rules.open_prompt is None:
        return plain_view(
            language, language.say("Pulse"), [language.say("This pulse asks no open question.")]
        )
    if sheet.asked_in_unit < FEWEST_ASKED:
        return _mailbox_instead(language, desk, asked.around)
    return _words_form(asked, language, desk)


@dataclass(frozen=True, slots=True)
class _Asked:
    """Who is asked for their own words: the blank sheet, whom they work with, the same form on the web."""

    sheet: BlankSheet
    around: Around
    web_link: str


async def _asked(desk: Desk, session: AsyncSession, user_id: str, place_id: UUID) -> _Asked:
    sheet = await blank_sheet(session, desk.keys, place_id, slack_user_id=user_id, now=desk.clock())
    token = await answer_token(session, desk.keys, place_id)
    return _Asked(
        sheet,
        await around(session, sheet.wave_id, sheet.team_id),
        f"{desk.settings.base_url}/answer/{token}",
    )


def _words_form(
    asked: _Asked, language: Translator, desk: Desk, words: str = "", checked: Checked | None = None
) -> Block:
    """Return the form for one's own words: blank, or with what was typed and what the check found in it."""
    say, rules = language.say, asked.sheet.rules
    report, contacts = where_to_report(language, desk.settings.help_contacts)
    found = _found(checked, contacts, language) if checked is not None else []
    prompt = OPEN_PROMPTS[rules.open_prompt or ""]
    delivered = say(
        "Delivered only if at least {k} people answer, else deleted unread.",
        k=max(rules.minimum_group, FEWEST),
    )
    return blocks.modal(
        title=say("In your own words"),
        submit=say("Send as it is") if found else say("Send"),
        close=say("Close"),
        callback=f"{Callback.WORDS}:{SEEN}" if found else Callback.WORDS,
        metadata=asked.sheet.place_id.hex,
        blocks=[
            *found,
            blocks.written(
                language.gettext(prompt.text),
                block_id="words",
                action=Action.WORDS,
                most=LONGEST_REMARK,
                initial=words,
            ),
            blocks.context(
                say("No names, no dates, nothing only you could know: style and detail give people away.")
            ),
            *_how_to_pass_on(language),
            blocks.context(f"{delivered} {say(PASSED_ALONG)}"),
            blocks.links(
                (say("Write it on the web"), asked.web_link), _mailbox_link(language, desk, asked.around)
            ),
            blocks.context(f"{report} {language.listing(contacts)}."),
        ],
    )


def _found(checked: Checked, contacts: Sequence[str], language: Translator) -> list[Block]:
    """Return what is said of words before they are sent: of harm, whom to turn to and no hints."""
    if checked.harm:
        return [blocks.section(when_harm_is_named(language)), blocks.section(_listed(contacts))]
    return [
        blocks.section(_listed(say_hints(checked, language))),
        blocks.context(language.say(NOT_STORED_YET)),
    ]


def _how_to_pass_on(language: Translator) -> list[Block]:
    say = language.say
    return [
        blocks.choices(
            say("How should it reach your leader and team?"),
            [
                (say("In my words"), PassedOn.WORDS.value),
                (say("Only the theme, no words"), PassedOn.THEME.value),
            ],
            block_id="kind",
            action=Action.PASSED_ON,
            initial=PassedOn.WORDS.value,
        ),
        blocks.choices(
            say("Theme, if only that"),
            [(language.gettext(name), code) for code, name in THEMES.items()],
            block_id="theme",
            action=Action.THEME,
        ),
    ]


def _mailbox_link(language: Translator, desk: Desk, known: Around) -> tuple[str, str]:
    """Return the one address of mailboxes, the same for everybody."""
    return language.say("Use a mailbox"), f"{desk.settings.base_url}/mailbox/to/{known.organisation_id}"


def _mailbox_instead(language: Translator, desk: Desk, known: Around) -> Block:
    say = language.say
    report, contacts = where_to_report(language, desk.settings.help_contacts)
    return blocks.modal(
        title=say("In your own words"),
        close=say("Close"),
        callback=Callback.PLAIN,
        clear_on_close=True,
        blocks=[
            blocks.section(
                say(
                    "Few people are asked in your unit, so words of yours would point at you and are not "
                    "taken here. A mailbox keeps your name out, goes both ways, and can be addressed to "
                    "your leader, HR or an ombudsperson."
                )
            ),
            blocks.links(_mailbox_link(language, desk, known)),
            blocks.context(f"{report} {language.listing(contacts)}."),
        ],
    )


def _stored(language: Translator, content: str) -> list[str]:
    if not content.strip():
        return [language.say("Nothing of your words is kept.")]
    return [
        language.say(
            "It is in, and sealed. At the close everybody's words are opened together, shuffled and handed "
            "over at once; if too few people answered, they are deleted unread."
        )
    ]


def _listed(lines: Sequence[str]) -> str:
    return "\n".join(f"• {line}" for line in lines)
