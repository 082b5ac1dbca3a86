"""The answer sheet in Slack: open it, take it, put it off.

Whatever is stored is committed before the reply is made, and calls back to Slack happen with no
transaction open. Pressing twice, late, or on somebody else's button is harmless: a place is opened for
its own signed user only.
"""

from collections.abc import Awaitable, Callable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from integrations.language import Translator
from integrations.slack.blocks import Block
from integrations.slack.desk import (
    JSON_TYPE,
    TAKEN,
    Desk,
    Reply,
    as_json,
    language_for,
    plain_view,
    update_to,
)
from integrations.slack.identifiers import SKIP, Action, Callback
from integrations.slack.incoming.events import ChoiceSent, Command, FormUnreadable, Pressed, SheetSent
from integrations.slack.pulse import forms
from integrations.slack.pulse.words import show_words
from integrations.wording.for_me import in_wave
from integrations.wording.promise import Terms
from surveys.ballots.queries import BlankSheet, answer_token, blank_sheet
from surveys.ballots.rules import HandedIn
from surveys.commitments.pledges import pledge_of
from surveys.deliveries.actions import snooze
from surveys.deliveries.rules import Snooze
from surveys.errors import Missing, SurveyError, WaveClosed, no_sheet_for_you, wave_closed
from surveys.people.models import Person
from surveys.people.queries import viewer_by_slack
from surveys.waves.actions import skip
from surveys.waves.models import Place, Wave, WaveState
from surveys.waves.queries import open_place
from surveys.waves.rules import FrozenRules

ID_PLACEHOLDER = "0" * 32  # stands for the place in a prepared reply
PREPARED = 200  # replies kept ready
OFFERED = (SKIP, *Snooze)
HOW_LONG = "how_long"  # the field of the form that puts a pulse off


async def take_sheet(desk: Desk, event: SheetSent) -> Reply:
    """Have a sheet stored, then thank for it; holds no session while it waits."""
    try:
        await desk.box.put(HandedIn(event.place_id, event.user_id, event.answers))
    except Missing as refusal:
        return _errors(event, await _after_close(desk, event) or refusal)
    except SurveyError as refusal:
        return _errors(event, refusal)
    known = desk.thanks.get((event.wave_id, event.locale, event.zone))
    if known is None:
        known = await _prepare_thanks(desk, event)
    return Reply(known.replace(ID_PLACEHOLDER.encode(), event.place_id.hex.encode()), JSON_TYPE)


async def _after_close(desk: Desk, event: SheetSent) -> WaveClosed | None:
    """Return the refusal to name when the sheet is gone because its wave is over, with its roster."""
    async with desk.sessions() as session:
        wave = await session.get(Wave, event.wave_id)
    if wave is None or wave.state is WaveState.OPEN:
        return None
    return wave_closed()


async def _prepare_thanks(desk: Desk, event: SheetSent) -> bytes:
    async with desk.sessions() as session:
        wave = await session.get(Wave, event.wave_id)
    closes_at = wave.closes_at if wave is not None else desk.clock()
    prompt = FrozenRules.of(wave.rules).open_prompt if wave is not None else None
    language = Translator(event.locale)
    view = forms.thanks_view(language, closes_at, event.zone, ID_PLACEHOLDER, prompt)
    prepared = update_to(view).body
    if wave is not None:
        if len(desk.thanks) > PREPARED:
            desk.thanks.clear()
        desk.thanks[event.wave_id, event.locale, event.zone] = prepared
    return prepared


def _errors(event: SheetSent, refusal: SurveyError) -> Reply:
    """Return the refusal in words beside the question it is about, or the first."""
    named = getattr(refusal, "field", None)
    block_id = named if named in event.blocks else next(iter(event.blocks), "about")
    said = Translator(event.locale).refusal(refusal)
    return as_json({"response_action": "errors", "errors": {block_id: said}})


async def press(desk: Desk, event: Pressed) -> Reply:
    """Open what a button stands for, for its own person only; a late press says so in words."""
    handler = PRESSES.get(event.action)
    place_id = _place_in(event.value)
    if handler is None or place_id is None:
        return TAKEN
    try:
        await handler(desk, event, place_id)
    except SurveyError as refusal:
        language = await desk.language_of(event.user_id)
        said = language.refusal(refusal)
        view = plain_view(language, language.say("Pulse"), [said])
        await desk.show(event, view)
    return TAKEN


async def _open_sheet(desk: Desk, event: Pressed, place_id: UUID) -> None:
    await desk.show(event, await _sheet_view(desk, event.user_id, place_id))


async def _sheet_view(desk: Desk, user_id: str, place_id: UUID) -> Block:
    async with desk.sessions() as session:
        sheet = await _blank(desk, session, user_id, place_id)
        token = await answer_token(session, desk.keys, place_id)
        pledge = await pledge_of(session, sheet.team_id)
    return forms.sheet_view(
        sheet,
        Translator(sheet.locale),
        pledge=pledge,
        administrators=desk.settings.administrators,
        web_link=f"{desk.settings.base_url}/answer/{token}",
    )


async def _open_privacy(desk: Desk, event: Pressed, place_id: UUID) -> None:
    async with desk.sessions() as session:
        sheet = await _blank(desk, session, event.user_id, place_id)
        me = await in_wave(
            session,
            Terms.of(sheet.rules, asked=sheet.asked_in_unit, team_name=sheet.team_name),
            wave_id=sheet.wave_id,
            team_id=sheet.team_id,
            about_promise=sheet.about_promise,
            door="slack",
        )
    language = Translator(sheet.locale)
    view = forms.privacy_view(me, language, administrators=desk.settings.administrators)
    await _show_on_top(desk, event, view)


async def _open_put_off(desk: Desk, event: Pressed, place_id: UUID) -> None:
    language = await desk.language_of(event.user_id)
    await _show_on_top(desk, event, forms.put_off_view(language, place_id.hex))


PRESSES: dict[str, Callable[[Desk, Pressed, UUID], Awaitable[None]]] = {
    Action.OPEN_SHEET: _open_sheet,
    Action.OPEN_PRIVACY: _open_privacy,
    Action.PUT_OFF: _open_put_off,
    Action.OPEN_WORDS: show_words,
}


async def _show_on_top(desk: Desk, event: Pressed, view: Block) -> None:
    if event.view_id is not None:
        await desk.client.push_view(event.trigger_id, view)
    else:
        await desk.client.open_view(event.trigger_id, view)


async def take_choice(desk: Desk, event: ChoiceSent) -> Reply:
    """Put a pulse off, or stop its reminders, as one person asked."""
    place_id, choice = _place_in(event.metadata), event.choice
    if event.callback != Callback.PUT_OFF:
        return TAKEN
    if place_id is None or choice is None or choice not in OFFERED:
        return await say_unreadable(desk, FormUnreadable(event.user_id, (HOW_LONG,)))
    try:
        async with desk.sessions.begin() as session:
            place, person = await _own_place(session, event.user_id, place_id)
            language = Translator(person.locale)
            if choice == SKIP:
                await skip(session, place.id)
                said = language.say("Kept reminds you no more of this pulse. You can still answer it.")
            else:
                due = await snooze(session, place, Snooze(choice), now=desk.clock())
                said = language.say(
                    "Kept asks again on {moment}.", moment=language.moment(due, person.zone)
                )
    except SurveyError as refusal:
        language = await desk.language_of(event.user_id)
        said = language.refusal(refusal)
        return as_json({"response_action": "errors", "errors": {HOW_LONG: said}})
    return update_to(plain_view(language, language.say("Not now"), [said]))


async def say_unreadable(desk: Desk, event: FormUnreadable) -> Reply:
    """Say that a form cannot be taken as it is, and leave what was typed where it is."""
    language = await desk.language_of(event.user_id)
    said = language.say(
        "Kept cannot tell what this form belongs to, so nothing was stored. Close it and open it again "
        "from the message or from the Home tab."
    )
    if not event.blocks:
        return update_to(plain_view(language, language.say("Pulse"), [said]))
    return as_json({"response_action": "errors", "errors": {event.blocks[0]: said}})


async def command(desk: Desk, event: Command) -> Reply:
    """Open what is open for whoever typed the command, or say that nothing is."""
    async with desk.sessions() as session:
        viewer = await viewer_by_slack(session, event.user_id)
        place = await open_place(session, viewer.person_id) if viewer is not None else None
    language = language_for(viewer)
    if place is None:
        said = language.say(
            "Nothing is open for you at the moment. Your team's results are in the Home tab."
        )
        return as_json({"response_type": "ephemeral", "text": said})
    try:
        view = await _sheet_view(desk, event.user_id, place.id)
    except SurveyError as refusal:
        said = language.refusal(refusal)
        return as_json({"response_type": "ephemeral", "text": said})
    await desk.client.open_view(event.trigger_id, view)
    return TAKEN


async def _blank(desk: Desk, session: AsyncSession, user_id: str, place_id: UUID) -> BlankSheet:
    return await blank_sheet(session, desk.keys, place_id, slack_user_id=user_id, now=desk.clock())


async def _own_place(session: AsyncSession, user_id: str, place_id: UUID) -> tuple[Place, Person]:
    place = await session.get(Place, place_id)
    if place is None:
        raise wave_closed()
    person = await session.get_one(Person, place.person_id)
    if person.slack_id != user_id:
        raise no_sheet_for_you()
    return place, person


def _place_in(value: str) -> UUID | None:
    try:
        return UUID(value)
    except ValueError:
        return None
