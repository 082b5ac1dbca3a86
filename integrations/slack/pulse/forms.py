"""Forms in Slack: the answer sheet and what belongs to it. Always blank; no stored answer is ever shown.

A view's metadata holds the place and nothing else; its callback the wave, the language and the zone,
which are the same for many people. Closing any of these stores nothing.
"""

from datetime import datetime
from uuid import UUID

from integrations.language import Translator
from integrations.slack import blocks
from integrations.slack.blocks import Block
from integrations.slack.identifiers import SKIP, Action, Callback
from integrations.wording.choices import CHOICE_WORDS
from integrations.wording.for_me import ForMe, for_me
from integrations.wording.promise import in_full, short_promise, short_promise_of_word
from surveys.ballots.queries import BlankSheet, Question
from surveys.commitments.pledges import PledgeView
from surveys.deliveries.rules import Snooze
from surveys.questions.rules import OPEN_PROMPTS, SCALE_LABELS

SHORT_PLEDGE = 160  # signs of it in Slack; the rest is a link away
DECLINED = 0  # "prefer not to say", stored like a question left blank


def sheet_view(
    sheet: BlankSheet,
    language: Translator,
    *,
    administrators: str | None,
    web_link: str,
    pledge: PledgeView | None = None,
) -> Block:
    """Return the answer sheet of one person, blank; with the start of their leader's pledge, if any."""
    say, place = language.say, sheet.place_id.hex
    return blocks.modal(
        title=sheet.programme_name,
        submit=say("Send"),
        close=say("Close"),
        callback=sheet_callback(sheet.wave_id, sheet.locale, sheet.zone),
        metadata=place,
        blocks=[
            blocks.section(promise_of(sheet, language, administrators)),
            blocks.actions(
                blocks.button(say("What could still give me away?"), Action.OPEN_PRIVACY, value=place),
                blocks.button(say("Answer on the web"), Action.LINK, url=web_link),
                blocks.button(say("Not now"), Action.PUT_OFF, value=place),
                block_id="about",
            ),
            *_pledged(pledge, language, web_link),
            *(_asked(question, language) for question in sheet.questions),
            blocks.context(
                say("Closing stores nothing. Sending again replaces everything you sent before.")
            ),
        ],
    )


def _pledged(pledge: PledgeView | None, language: Translator, web_link: str) -> list[Block]:
    if pledge is None:
        return []
    words = blocks.escape(blocks.shorten(" ".join(pledge.words.split()), SHORT_PLEDGE))
    said = language.say("{name} pledges: “{words}”", name=blocks.escape(pledge.name), words=words)
    link = f"<{web_link}|{blocks.escape(language.say('In full, with its limits'))}>"
    return [blocks.section(f"{said} {link}", markup=True)]


def promise_of(sheet: BlankSheet, language: Translator, named: str | None) -> str:
    """Return the short promise that is true of this sheet."""
    if sheet.about_promise:
        return short_promise_of_word(language, sheet.rules.votes_for_a_word, named)
    return short_promise(language, sheet.rules.minimum_group, named)


def sheet_callback(wave_id: UUID, locale: str, zone: str) -> str:
    """Return what tells a submission's wave, language and zone without asking the database."""
    return f"{Callback.SHEET}:{wave_id.hex}:{locale}:{zone}"


def _asked(question: Question, language: Translator) -> Block:
    words = SCALE_LABELS if question.kind == "scale" else [CHOICE_WORDS[code] for code in question.choices]
    options = [(language.gettext(word), str(value)) for value, word in enumerate(words, start=1)]
    options.append((language.say("Prefer not to say"), str(DECLINED)))
    text = language.gettext(question.text) if question.kind == "scale" else question.text
    return blocks.choices(text, options, block_id=question.key, action=Action.ANSWER)


def thanks_view(
    language: Translator, closes_at: datetime, zone: str, place: str, open_prompt: str | None = None
) -> Block:
    """Return what is shown once a sheet is stored: until when it can be changed, and what comes then.

    The open question of the wave stands here, last and apart from the sheet: it is sent by itself.
    """
    say = language.say
    return blocks.modal(
        title=say("Thank you"),
        close=say("Close"),
        callback=Callback.PLAIN,
        metadata=place,
        clear_on_close=True,
        blocks=[
            blocks.section(
                say(
                    "It is stored. You can change it until {closes}.",
                    closes=language.moment(closes_at, zone),
                )
            ),
            blocks.section(
                say(
                    "Then every answer is deleted, and the results come to your leader and to you. The "
                    "sheet is blank when you open it again; sending it replaces what you sent."
                )
            ),
            blocks.actions(blocks.button(say("Answer again"), Action.OPEN_SHEET, value=place)),
            *_one_more(open_prompt, place, language),
        ],
    )


def _one_more(open_prompt: str | None, place: str, language: Translator) -> list[Block]:
    prompt = OPEN_PROMPTS.get(open_prompt or "")
    if prompt is None:
        return []
    say = language.say
    return [
        blocks.divider(),
        blocks.section(
            say("One more question, if you like: {prompt}", prompt=language.gettext(prompt.text))
        ),
        blocks.actions(blocks.button(say("Answer in my own words"), Action.OPEN_WORDS, value=place)),
    ]


def privacy_view(me: ForMe, language: Translator, *, administrators: str | None) -> Block:
    """Return what could still give somebody away, and how private it is for them, by this wave's rules."""
    say = language.say
    give_away, *others = reversed(in_full(language, me.terms, administrators))
    facts = [f"{term}: {fact}" for term, fact in for_me(me, language, administrators)]
    built: list[Block] = []
    for heading, sentences in (give_away, (say("How private is this for me?"), facts), *others):
        built += [blocks.header(heading), blocks.section("\n".join(f"• {line}" for line in sentences))]
    return blocks.modal(
        title=say("How private is this?"), close=say("Back"), callback=Callback.PLAIN, blocks=built
    )


def put_off_view(language: Translator, place: str) -> Block:
    """Return the question how long to put the pulse off."""
    say = language.say
    options = [
        (say("In three hours, but not at night"), Snooze.LATER_TODAY.value),
        (say("Tomorrow at this time"), Snooze.TOMORROW.value),
        (say("Not at all this time: no more reminders"), SKIP),
    ]
    question = blocks.choices(
        say("When should Kept ask again?"), options, block_id="how_long", action=Action.HOW_LONG
    )
    question["optional"] = False
    return blocks.modal(
        title=say("Not now"),
        submit=say("Done"),
        close=say("Back"),
        callback=Callback.PUT_OFF,
        metadata=place,
        blocks=[
            question,
            blocks.context(
                say("You can answer until it closes all the same. Nobody else learns of this choice.")
            ),
        ],
    )
