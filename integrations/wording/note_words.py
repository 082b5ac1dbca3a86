"""Notes in words. Slack and mail say the same sentences, from here; each shows them in its own way."""

from dataclasses import dataclass
from functools import singledispatch

from integrations.language import Translator
from integrations.wording.notes import (
    Ask,
    BoardSummary,
    LeaderNudge,
    MailboxNews,
    MailboxReply,
    NoResults,
    PromiseDue,
    ResultsOut,
    RetroNews,
    Shared,
    SignInNotice,
)


@dataclass(frozen=True, slots=True)
class Words:
    """A message in sentences.

    Attributes:
        subject: for mail; neutral, because it shows on lock screens and in lists.
        paragraphs: plain text, no markup; what is quoted stands below them.
        button: what the one button says; empty when there is none.
        url: where the button leads, if it leads to a page.
        small: what stands below in small words; empty when nothing does.
        quoted: paragraphs that are somebody's own words, shown as such.
        after: paragraphs below what is quoted.
        press: what the button opens in Slack, where there is a form for it; mail leads to `url`.
        later: what the button says that puts it off in Slack; empty where that cannot be done.
    """

    subject: str
    paragraphs: tuple[str, ...]
    button: str = ""
    url: str | None = None
    small: str = ""
    quoted: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    press: str = ""
    later: str = ""

    @property
    def text(self) -> str:
        """The whole message as plain text, for screen readers and mail."""
        parts = (*self.paragraphs, *self.quoted, *self.after, self.small)
        return "\n\n".join(part for part in parts if part)


@singledispatch
def words_of(note: object, language: Translator, zone: str) -> Words:  # noqa: ARG001 -- alike
    """Return a note in a person's language, with dates on the clock of `zone`."""
    raise TypeError(type(note).__name__)


@words_of.register
def _(note: Ask, language: Translator, zone: str) -> Words:
    if note.about_promise:
        return _about_promise(note, language, zone)
    say = language.say
    closes = language.moment(note.closes_at, zone)
    first = {
        "invitation": say(
            "The pulse of {team} is open until {closes}.", team=note.team_name, closes=closes
        ),
        "reminder": say(
            "The pulse of {team} is open until {closes}. This goes to all. Done already? Nothing to do.",
            team=note.team_name,
            closes=closes,
        ),
        "snoozed": say(
            "You asked to hear of it again: the pulse of {team} is open until {closes}.",
            team=note.team_name,
            closes=closes,
        ),
    }[note.occasion]
    return Words(
        subject=say("The pulse of {team} is open", team=note.team_name),
        paragraphs=(first,),
        button=say("Answer, 1 minute"),
        url=note.answer_url,
        small=say(
            "Voluntary. Figures are shown only for {k} people or more; single answers to nobody.",
            k=note.minimum_group,
        ),
    )


def _about_promise(note: Ask, language: Translator, zone: str) -> Words:
    say, closes = language.say, language.moment(note.closes_at, zone)
    asked = say(
        "A promise to {team} is said to be done. Did it happen? The team is asked until {closes}.",
        team=note.team_name,
        closes=closes,
    )
    again = say(
        "You asked to hear of it again: one question about a promise to {team}, until {closes}.",
        team=note.team_name,
        closes=closes,
    )
    return Words(
        subject=say("One question about a promise to {team}", team=note.team_name),
        paragraphs=(again if note.occasion == "snoozed" else asked,),
        button=say("Answer one question"),
        url=note.answer_url,
        small=say(
            "Voluntary. Only the team's word is shown, and only if enough people answer; single answers to "
            "nobody."
        ),
    )


@words_of.register
def _(note: ResultsOut, language: Translator, zone: str) -> Words:
    say, team = language.say, note.team_name
    button = say("Read and share") if note.for_leader or note.stands_in else say("Read the results")
    if note.stands_in:
        words = say(
            "The results of {team} are out. You stand in for its leader: a few words to the team are yours "
            "to say now.",
            team=team,
        )
    elif note.for_leader:
        words = say("The results of {team} are out. You read them first.", team=team)
    else:
        words = say("The results of {team} are out: the same figures your leader reads.", team=team)
    paragraphs = [words]
    if note.for_leader and note.team_sees_at is not None:
        before = say(
            "Your team sees the same figures from {moment}. A few words of yours before then help.",
            moment=language.moment(note.team_sees_at, zone),
        )
        paragraphs.append(before)
    return Words(
        subject=say("Results of {team}", team=note.team_name),
        paragraphs=tuple(paragraphs),
        button=button,
        url=note.page_url,
    )


@words_of.register
def _(note: Shared, language: Translator, zone: str) -> Words:  # noqa: ARG001 -- alike
    say = language.say
    return Words(
        subject=say("{leader} writes to {team}", leader=note.leader_name, team=note.team_name),
        paragraphs=(
            say("{leader} on the results of {team}:", leader=note.leader_name, team=note.team_name),
        ),
        quoted=(note.words,),
        button=say("Open the team page"),
        url=note.page_url,
    )


@words_of.register
def _(note: PromiseDue, language: Translator, zone: str) -> Words:  # noqa: ARG001 -- alike
    say = language.say
    return Words(
        subject=say("A promise is due on {day}", day=language.date(note.due)),
        paragraphs=(say("Your promise is due on {day}:", day=language.date(note.due)),),
        quoted=(note.promise,),
        after=(say("Mark it as done, or move it and say why; moved in time counts as told in time."),),
        button=say("Update this promise") if note.press else say("Open the promise"),
        url=note.page_url,
        press=note.press,
    )


@words_of.register
def _(note: LeaderNudge, language: Translator, zone: str) -> Words:  # noqa: ARG001 -- alike
    say = language.say
    return Words(
        subject=say("The next step with {team}", team=note.team_name),
        paragraphs=(say("The results of {team} wait for a few words from you.", team=note.team_name),),
        button=say("Look at the draft") if note.press else say("Share with the team"),
        url=note.page_url,
        press=note.press,
    )


@words_of.register
def _(note: SignInNotice, language: Translator, zone: str) -> Words:  # noqa: ARG001 -- alike
    say = language.say
    return Words(
        subject=say("A sign-in link was made for you"),
        paragraphs=(
            say(
                "An administrator made a sign-in link for you and can use it to read what you may "
                "read. If you did not ask for it, talk to them. It gives back no answer: nothing does."
            ),
        ),
    )


@words_of.register
def _(note: NoResults, language: Translator, zone: str) -> Words:  # noqa: ARG001 -- alike
    say = language.say
    return Words(
        subject=say("No results this time: {name}", name=note.programme_name),
        paragraphs=(
            say(
                "The last wave of “{name}” ended without results: the key to its answers was lost, so "
                "nobody can read them, and they were deleted. The next one comes as planned; an extra "
                "one can be started by hand.",
                name=note.programme_name,
            ),
        ),
    )


@words_of.register
def _(note: MailboxNews, language: Translator, zone: str) -> Words:  # noqa: ARG001 -- alike
    say = language.say
    return Words(
        subject=say("A mailbox has a new message"),
        paragraphs=(
            say(
                "Somebody wrote to you in a mailbox, without a name. Nobody is told when, or whether, you "
                "read it."
            ),
        ),
        button=say("Open the mailboxes"),
        url=note.page_url,
    )


@words_of.register
def _(note: MailboxReply, language: Translator, zone: str) -> Words:  # noqa: ARG001 -- alike
    say = language.say
    return Words(
        subject=say("A mailbox of {team} has a reply", team=note.team_name),
        paragraphs=(
            say(
                "A mailbox about {team} has a reply. This goes to everybody in the team. Whoever wrote "
                "there reads it by the link of that mailbox; for everybody else there is nothing to do.",
                team=note.team_name,
            ),
        ),
    )


@words_of.register
def _(note: RetroNews, language: Translator, zone: str) -> Words:
    say = language.say
    opens = say(
        "{team} looks back on “{title}”: what went well, what to improve, which steps come next.",
        team=note.team_name,
        title=note.title,
    )
    until = ""
    if note.ends_at is not None:
        ends = language.moment(note.ends_at, zone)
        until = {
            "write": say("Cards can be written until {moment}.", moment=ends),
            "vote": say("Votes can be given until {moment}.", moment=ends),
        }.get(note.step, say("This step goes until {moment}.", moment=ends))
    to_all = say("This goes to all. Done already? Nothing to do.")
    about = say("{team} looks back on “{title}”.", team=note.team_name, title=note.title)
    lines = [opens, until] if note.first else [f"{about} {until}", to_all]
    return Words(
        subject=say("{team} looks back", team=note.team_name),
        paragraphs=tuple(line for line in lines if line),
        button=say("Go to the board"),
        url=note.page_url,
    )


@words_of.register
def _(note: BoardSummary, language: Translator, zone: str) -> Words:  # noqa: ARG001 -- it names days only
    say = language.say
    head = say("{team} has looked back on “{title}”.", team=note.team_name, title=note.title)
    agreed = say("Nothing was agreed to be done.")
    if note.steps:
        lines = [
            "• " + say("{step} — {owner}, until {day}", step=step, owner=owner, day=language.date(due))
            for step, owner, due in note.steps
        ]
        agreed = "\n".join([say("Agreed:"), *lines])
    talked = ""
    if note.topics:
        named = [
            "• {} ({})".format(name, language.count("{count} vote", "{count} votes", votes))
            for name, votes in note.topics
        ]
        talked = "\n".join([say("Talked about:"), *named])
    return Words(
        subject=head,
        paragraphs=tuple(part for part in (head, agreed, talked) if part),
        button=say("Go to the board"),
        url=note.page_url,
        small=say("{name} had this posted. No card is passed on.", name=note.posted_by),
    )
