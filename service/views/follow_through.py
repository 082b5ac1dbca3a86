"""What became of a team's promises, and how soon it hears, over some months, in sentences."""

from datetime import timedelta
from math import ceil

from integrations.language import Translator, mark
from surveys.commitments.loop import FollowThrough, LoopState
from surveys.commitments.rules import Rate

WORKING_DAY = timedelta(days=1)
MANY_WITHDRAWN = mark("More than a fifth was withdrawn: read how many were kept with that in mind.")


def said_of_promises(known: FollowThrough, language: Translator) -> list[str]:
    """Return the last 90 days in sentences, the team's word first."""
    found = []
    if known.confirmed is not None:
        found.append(
            language.say(
                "In the last 90 days the team confirmed {rate}.", rate=_rate(known.confirmed, language)
            )
        )
    if known.by_dates is not None:
        found.append(_by_dates(known.by_dates, language))
    if known.mean_days is not None:
        found.append(
            language.count(
                "On average a promise was dated {count} day ahead.",
                "On average a promise was dated {count} days ahead.",
                round(known.mean_days),
            )
        )
    for count, one, many in (
        (known.moved, mark("{count} was moved."), mark("{count} were moved.")),
        (known.withdrawn, mark("{count} was withdrawn in time."), mark("{count} were withdrawn in time.")),
        (
            known.undecided,
            mark("On {count} the team did not decide."),
            mark("On {count} the team did not decide."),
        ),
    ):
        if count:
            found.append(language.count(one, many, count))
    if known.many_withdrawn:
        found.append(language.say(MANY_WITHDRAWN))
    if known.differs:
        found.append(
            language.say("By dates more was kept than the team says: worth asking what it expected to see.")
        )
    return found


def said_of_habits(state: LoopState, language: Translator) -> list[str]:
    """Return how soon results are shared and topics answered, without a judgement."""
    found = []
    if state.to_share is not None:
        days = ceil(state.to_share.passed / WORKING_DAY)
        sentence = (
            (
                mark("In the last 90 days half of the results were shared within {count} working day."),
                mark("In the last 90 days half of the results were shared within {count} working days."),
            )
            if state.to_share.over
            else (
                mark("In the last 90 days half of the results waited for {count} working day or longer."),
                mark("In the last 90 days half of the results waited for {count} working days or longer."),
            )
        )
        found.append(language.count(*sentence, days if state.to_share.over else max(days - 1, 0)))
    for rate, words in (
        (state.acknowledged, mark("{rate} got a first word within a working day.")),
        (state.closed, mark("{rate} came to an end within 90 days.")),
    ):
        if rate is not None:
            found.append(language.say(words, rate=_of_topics(rate, language)))
    return found


def _by_dates(rate: Rate, language: Translator) -> str:
    if rate.of > 1:
        return language.say("{rate} came by their dates.", rate=_rate(rate, language))
    kept, missed = mark("One promise came by its date."), mark("One promise did not come by its date.")
    return language.say(kept if rate.hits else missed)


def _of_topics(rate: Rate, language: Translator) -> str:
    if rate.share is None:
        return language.count(
            "{hits} of {count} topic", "{hits} of {count} topics", rate.of, hits=rate.hits
        )
    return language.say("{share} % of {count} topics", share=round(rate.share * 100), count=rate.of)


def _rate(rate: Rate, language: Translator) -> str:
    """Return "3 of 4", or a share from five on with the target beside it."""
    if rate.share is None:
        return language.count(
            "{hits} of {count} promise", "{hits} of {count} promises", rate.of, hits=rate.hits
        )
    return language.say(
        "{share} % of {count} promises (aim: 90 %)", share=round(rate.share * 100), count=rate.of
    )
