"""What is typed behind `/kept`: nothing, `retro`, `settings`, or anything else for help."""

from integrations.slack.blocks import Block
from integrations.slack.desk import TAKEN, Desk, Reply, as_json
from integrations.slack.incoming.events import Command
from integrations.slack.pulse.sheets import command
from integrations.slack.retro.command import retro_typed
from surveys.errors import SurveyError
from surveys.retrospectives.rules import LONGEST_TITLE


async def typed(desk: Desk, event: Command) -> Reply:
    """Do what was typed; whatever is said back only the person who typed it sees."""
    word, _, rest = event.text.strip().partition(" ")
    match word.casefold():
        case "":
            return await command(desk, event)
        case "retro":
            try:
                found = await retro_typed(desk, event.user_id, rest.strip()[:LONGEST_TITLE])
            except SurveyError as refusal:
                language = await desk.language_of(event.user_id)
                found = language.refusal(refusal)
            return await _shown(desk, event, found)
        case "settings":
            return await _shown(desk, event, await _settings(desk, event.user_id))
        case _:
            return await _shown(desk, event, await _help(desk, event.user_id))


async def _shown(desk: Desk, event: Command, found: Block | str) -> Reply:
    if isinstance(found, str):
        return as_json({"response_type": "ephemeral", "text": found})
    await desk.client.open_view(event.trigger_id, found)
    return TAKEN


async def _help(desk: Desk, user_id: str) -> str:
    say = (await desk.language_of(user_id)).say
    return "\n".join(
        (
            say("`/kept` opens what asks you at the moment."),
            say(
                "`/kept retro` opens the retrospective of your team or working group, or starts one; with "
                "a title, as in `/kept retro Release 4`, it starts a new one."
            ),
            say("“Add to retro”, in the menu of any message, makes a card of it that you change and send."),
            say("`/kept settings` says where language, time zone and messages are settled."),
        )
    )


async def _settings(desk: Desk, user_id: str) -> str:
    say = (await desk.language_of(user_id)).say
    home = f"<{desk.settings.base_url}/|{say('Your pages')}>"
    return "\n".join(
        (
            say(
                "Language, time zone and team come from the list of people that your organisation keeps; "
                "whoever looks after Kept changes them there."
            ),
            say("A pulse is put off, or reminds you no more, by “Not now” on its form."),
            home,
        )
    )
