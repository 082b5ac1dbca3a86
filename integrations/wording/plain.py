"""What a member can be told in one minute. Short words and sentences: a test measures how hard it reads.

The same holds here as for every promise: who could look is named as the operator named them, and the
smallest group is the one that holds, so that no sentence is false.
"""

from integrations.language import Translator
from integrations.wording.promise import administrators


def in_plain_words(language: Translator, minimum_group: int, named: str | None) -> list[str]:
    """Return paragraphs, each to be read aloud in one breath or two."""
    say, who = language.say, administrators(language, named)
    return [
        say(
            "Your leader and HR never see what you answered. They see the average of at least {k} people. "
            "You see the same one.",
            k=minimum_group,
        ),
        say(
            "While the pulse is open you can still change your answers. So {administrators} could find out "
            "which ones are yours. No one else can.",
            administrators=who,
        ),
        say(
            "When the pulse closes, every single answer is deleted. The key to them is destroyed. After "
            "that no one can find out which were yours. Old copies of the data can no longer be read. The "
            "logs of your network may show for a while that you opened the page, but not what you said."
        ),
        say(
            "Some things no one can promise. In a small team people guess. The way you write can give you "
            "away, so your own words are kept apart from your answers, and you can leave them out. If you "
            "answer in Slack, your name goes through Slack with each click. The web sheet needs no Slack."
        ),
        say(
            "Fewer than {k} answers: no figure of its own for your team. The rules are set before a pulse "
            "opens. They are never made weaker for that pulse.",
            k=minimum_group,
        ),
        say(
            "You can check some of this. The page of your team shows who has looked, what has changed, and "
            "a receipt for each pulse."
        ),
    ]
