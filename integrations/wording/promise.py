"""What people are promised before they answer, in words. Slack and web say the same, from here.

Every sentence is built from the frozen rules of the wave and from who runs this installation, so that
it is never false: the minimum group is the wave's, and the administrators are named as the operator
named them. A sentence here is a commitment; changing one needs a reason in the change log.
"""

from dataclasses import dataclass

from integrations.language import Translator
from surveys.waves.rules import FrozenRules

LONGEST_PROMISE = 40  # words, in any language


@dataclass(frozen=True, slots=True)
class Terms:
    """The part of a wave's frozen rules that the promise speaks of, and whose answers it is about.

    Attributes:
        minimum_group: k, no figure stands for fewer people.
        head_start_days: working days by which leaders read before their team; None where that is not
            decided yet, as in all fields that may be None: then the promise does not speak of it.
        leaders_read_below: whether a leader above may open single team pages below.
        remind: "everyone" or "missing".
        reminders: how many there are.
        votes_for_a_word: decided votes the team's word on a promise needs.
        asked: people asked in the unit.
        team_name: the unit.
    """

    minimum_group: int
    leaders_read_below: bool
    head_start_days: int | None = None
    remind: str | None = None
    reminders: int = 0
    votes_for_a_word: int | None = None
    asked: int | None = None
    team_name: str | None = None

    @classmethod
    def of(cls, rules: FrozenRules, *, asked: int, team_name: str) -> "Terms":
        """Return what the promise of a wave has to speak of, in one unit."""
        return cls(
            minimum_group=rules.minimum_group,
            head_start_days=rules.head_start_days,
            leaders_read_below=rules.leaders_read_below,
            remind=rules.remind,
            reminders=rules.reminders,
            votes_for_a_word=rules.votes_for_a_word,
            asked=asked,
            team_name=team_name,
        )


def administrators(language: Translator, named: str | None) -> str:
    """Return whom to name as able to look while a wave is open."""
    return named or language.say("your company's administrators")


def short_promise(language: Translator, minimum_group: int, named: str | None) -> str:
    """Return the promise in at most 40 words: who sees what, from how many, and when answers are gone."""
    return language.say(
        "Leader, HR and team see figures from at least {k} people, never single answers. At close, answers "
        "are deleted and their key is destroyed. Until then {administrators} could technically connect "
        "you and your answers.",
        k=minimum_group,
        administrators=administrators(language, named),
    )


def short_promise_of_word(language: Translator, votes: int, named: str | None) -> str:
    """Return the same for one question about a promise alone, of which only the team's word is shown."""
    return language.say(
        "Leader, HR and team see the team's word from {votes} decided votes, never single answers. At "
        "close, answers are deleted and their key is destroyed. Until then {administrators} could "
        "technically connect you and your answer.",
        votes=votes,
        administrators=administrators(language, named),
    )


def purpose(language: Translator) -> str:
    """Return the first frozen rule, which leaders read too."""
    return language.say(
        "Figures and promises are for the team's own improvement, not for appraisal, pay or dismissal."
    )


def in_full(language: Translator, terms: Terms, named: str | None) -> list[tuple[str, list[str]]]:
    """Return headings and sentences of "How private is this for me?"."""
    say = language.say
    return [
        (say("Who sees what"), _who_sees(language, terms)),
        (say("While the pulse is open"), _while_open(language, terms, administrators(language, named))),
        (
            say("When it closes"),
            [
                say(
                    "Every single answer is deleted and the key is destroyed. After that nobody, "
                    "administrators included, can look up which answers were yours."
                ),
                say(
                    "Copies in older backups can no longer be decrypted. Technical logs of your company's "
                    "network may show for some days that you opened the page, never what you answered."
                ),
            ],
        ),
        (say("What could still give you away"), _what_remains(language)),
    ]


def _who_sees(language: Translator, terms: Terms) -> list[str]:
    say, k = language.say, terms.minimum_group
    sentences = [purpose(language)]
    if terms.asked is not None and terms.team_name is not None:
        sentences.append(
            language.count(
                "In {team}, {count} person is asked.",
                "In {team}, {count} people are asked.",
                terms.asked,
                team=terms.team_name,
            )
        )
    sentences.append(
        say(
            "Your leader and HR never see your single answers. They see averages of at least {k} people, "
            "the same ones you see.",
            k=k,
        )
    )
    sentences.append(
        say(
            "Fewer than {k} answers: your team gets no figure of its own. The answers are then counted one "
            "level up, together with others.",
            k=k,
        )
    )
    sentences += _what_leaders_read(language, terms)
    if terms.votes_for_a_word is not None:
        sentences.append(
            say(
                "Whether a promise was kept, the team says in one word. It needs at least {votes} people "
                "who decided and half of those asked; nobody sees who said what, or how many.",
                votes=terms.votes_for_a_word,
            )
        )
    return sentences


def _what_leaders_read(language: Translator, terms: Terms) -> list[str]:
    say = language.say
    sentences = []
    if terms.head_start_days:
        sentences.append(
            language.count(
                "Your leader reads the figures {count} working day before the team does.",
                "Your leader reads the figures {count} working days before the team does.",
                terms.head_start_days,
            )
        )
    elif terms.head_start_days is not None:
        sentences.append(say("Your leader and the team read the figures at the same moment."))
    above = (
        say("Leaders above your leader may open your team's page too.")
        if terms.leaders_read_below
        else say(
            "Leaders above your leader see figures of larger units, not your team's page. When your "
            "team is the only one below them that can be shown, those figures are your team's."
        )
    )
    return [*sentences, above]


def _while_open(language: Translator, terms: Terms, named: str) -> list[str]:
    say = language.say
    sentences = [
        say(
            "{administrators} could technically connect you and your answers, because you may still change "
            "them. What is stored is encrypted, and the key lies apart from it.",
            administrators=named[:1].upper() + named[1:],
        ),
        say("Nothing gives your answers back, to you either: opening the sheet again shows it blank."),
    ]
    if terms.remind is not None and not terms.reminders:
        sentences.append(say("Nobody is reminded."))
    elif terms.remind == "missing":
        sentences.append(
            say(
                "HR chose to remind only those who have not answered. Who was sent a reminder stays in "
                "Slack or in the mailbox, so it shows later that they had not answered by then."
            )
        )
    elif terms.remind is not None:
        sentences.append(
            say("Reminders go to everyone, answered or not, so that they say nothing about anybody.")
        )
    sentences.append(say("These rules were fixed before the pulse opened and cannot be loosened for it."))
    return sentences


def _what_remains(language: Translator) -> list[str]:
    say = language.say
    return [
        say("In a small team people guess, and an average of few says something about each of them."),
        say(
            "The way you write can give you away. So the open question is optional, stored apart from your "
            "answers, and read by your leader and team only."
        ),
        say("Over many months a careful reader of a small team's figures can learn more than from one."),
        say(
            "If you answer inside Slack, Slack passes your name along with the click. The web sheet with "
            "your personal link does without."
        ),
        say("Anyone who can look over your shoulder sees what you press."),
    ]
