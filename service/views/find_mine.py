"""What "Try to find mine" tried and found, and what could be found while a pulse is open, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from integrations.language import Translator, mark
from integrations.wording.promise import administrators
from service.find_mine import Search
from surveys.waves.rules import FrozenRules

MEANS = {  # of a pulse, and harmless: what is named here says nothing of an answer
    "acknowledgement": mark("what you told a team as its leader"),
    "audit_entry": mark("changes of your place or rights"),
    "commitment": mark("promises"),
    "delivery": mark("messages to you that results are out, the same for everybody"),
    "leadership": mark("which teams you lead"),
    "membership": mark("your team, and since when"),
    "person": mark("your name, address and language"),
    "role": mark("what you may read by your role"),
    "share": mark("what you wrote to a team as its leader"),
    "sign_in": mark("that you are signed in"),
    "sign_in_link": mark("a link to sign in"),
    "topic": mark("what you answered a team as its leader"),
    "wave_unit": mark("that you led a unit"),
}
ELSEWHERE = MEANS | {
    "absence": mark("when a leader is away, and who acts for them"),
    "action_step": mark("steps you took on"),
    "card": mark("cards you signed with your name"),
    "group_member": mark("working groups you belong to"),
    "mistake_note": mark("mistakes you noted as a leader"),
    "participant": mark("retrospectives you took part in"),
    "pledge": mark("what you pledged as a leader"),
    "posted_summary": mark("summaries you posted to a channel"),
    "repair_look": mark("what you said for your team of a repair plan"),
    "repair_plan": mark("repair plans you proposed or agreed on"),
    "retrospective": mark("retrospectives you lead through"),
    "side_note": mark("how you wrote that you see a promise"),
    "step_look": mark("what you noted of earlier steps"),
    "works_agreement": mark("works agreements you recorded"),
}


Rows = Sequence[tuple[str, str]]  # what was tried, and what it found


@dataclass(frozen=True, slots=True)
class FoundPage:
    """A sentence first, then what was tried with what was found, in this order."""

    lead: str
    rows: Rows
    note: str


def after_the_close(search: Search, language: Translator) -> FoundPage:
    """Say what the look-up tried and what it found."""
    say = language.say
    strange = set(_hits(search.of_pulse)) - set(MEANS)
    gone = not (search.key_is_there or search.sealed or search.roster or strange)
    lead = (
        say("Nothing was found of what you answered, nor whether you did.")
        if gone
        else say("Not everything of this pulse is gone yet.")
    )
    note = language.count(
        "Looked for in {count} column: your id, your address, your Slack id, and SHA-256 of each.",
        "Looked for in {count} columns: your id, your address, your Slack id, and SHA-256 of each.",
        search.columns,
    )
    return FoundPage(lead, [*_looked_up(search, language), *_searched(search, language)], note)


def _looked_up(search: Search, language: Translator) -> Rows:
    """Return what was looked for by name: the key, what was sealed, the reader's place."""
    say = language.say
    return [
        (
            say("Looked for the key of this pulse in the key folder."),
            say("It is there. It is destroyed within minutes after the close; look again then.")
            if search.key_is_there
            else say(
                "It is gone. Without it nobody can compute under which name your answers lay, nor open "
                "anything that was sealed."
            ),
        ),
        (
            say("Counted the sealed answers and words that are left of this pulse, anybody's."),
            language.count("{count} row is left.", "{count} rows are left.", search.sealed)
            if search.sealed
            else say("None is left."),
        ),
        (
            say("Looked for your place on its roster."),
            say("It is there.") if search.roster else say("It is gone."),
        ),
    ]


def _searched(search: Search, language: Translator) -> Rows:
    """Return in how many tables anything of the reader was searched for, and where it was found."""
    return [
        (
            language.count(
                "Searched the {count} table that keeps something of this pulse for you.",
                "Searched the {count} tables that keep something of this pulse for you.",
                len(search.of_pulse),
            ),
            _named(search.of_pulse, language),
        ),
        (
            language.count(
                "Searched the {count} other table of the database for you.",
                "Searched the {count} other tables of the database for you.",
                len(search.elsewhere),
            ),
            _named(search.elsewhere, language),
        ),
    ]


def while_open(rules: FrozenRules, language: Translator, named: str | None) -> FoundPage:
    """Say what could be found at the moment, by whom."""
    say, who = language.say, administrators(language, named)
    rows = [
        (
            say("You yourself"),
            say(
                "Home tells you whether your sheet is in. Kept computes that for you with the key, and "
                "keeps it nowhere. Nobody shows you what you answered."
            ),
        ),
        (
            who[:1].upper() + who[1:],
            say(
                "With the database and the key folder together they could find your answers and read them. "
                "With one of the two they could not."
            ),
        ),
        (
            say("Your leader, HR and your team"),
            say("They find nothing: no page, message, export or command gives it to them."),
        ),
    ]
    if rules.reminders and rules.remind == "missing":
        rows.append(
            (
                say("Whoever keeps Slack or your mail"),
                say("HR chose to remind only the missing, so a reminder shows that you had not answered."),
            )
        )
    return FoundPage(
        lead=say("This pulse is open, so yours could be found, by few."),
        rows=rows,
        note=say("After the close the same button looks for it and shows what it found."),
    )


def _hits(counts: Mapping[str, int]) -> list[str]:
    return sorted(table for table, rows in counts.items() if rows)


def _named(counts: Mapping[str, int], language: Translator) -> str:
    hits = _hits(counts)
    if not hits:
        return language.say("You are named nowhere.")
    where = [language.say(ELSEWHERE[hit]) if hit in ELSEWHERE else hit for hit in hits]
    return language.say(
        "You are named there: {where}. None of it says what you answered, or whether.",
        where="; ".join(where),
    )
