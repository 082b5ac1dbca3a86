"""A unit's newest results in sentences, for the Home tab in Slack: the same words as on its page."""

from collections.abc import Sequence

from integrations.language import Translator
from service.views.figure_words import dimension_name, participation_sentence, say_figure
from surveys.results.published import TeamTrend


def newest_in_words(trend: TeamTrend, language: Translator) -> Sequence[str]:
    """Return one sentence on how many answered and one a dimension; nothing while there are no results."""
    newest = next((wave for wave in reversed(trend.waves) if wave.readable and wave.dimensions), None)
    if newest is None:
        return []
    day = language.date(newest.occurrence)
    took_part = participation_sentence(newest.participation, language)
    sentences = [language.say("Pulse of {day}: {took_part}.", day=day, took_part=took_part)]
    for dimension, figure in newest.dimensions.items():
        name = dimension_name(dimension, tuple(newest.items), language)
        said = say_figure(figure, newest.participation.size_class, language)
        sentences.append(language.say("{name}: {figure}", name=name, figure=said.sentence))
    return sentences
