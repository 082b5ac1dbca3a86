import pytest

from surveys.commitments.texts import refuse_names
from surveys.errors import Invalid


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("I will speak with Alice about it", ["Alice Adams"]),
        ("Adams' desk moves", ["Alice Adams"]),
        ("alice adams gets time", ["Alice Adams"]),
        ("A weekly hour with Will", ["Will"]),
        ("与王伟谈话", ["王伟"]),
        ("Time for jo li each week", ["Jo Li"]),
        ("Ask <@U123>", []),
    ],
)
def test_a_promise_that_names_somebody_is_refused_without_repeating_the_name(
    text: str, names: list[str]
) -> None:
    with pytest.raises(Invalid) as refusal:
        refuse_names(text, names)
    assert refusal.value.field == "text"
    assert not [name for name in names if name.split()[0].lower() in str(refusal.value).lower().split()]


@pytest.mark.parametrize(
    "text", ["We will reply within two days", "Markets are reviewed in may", "Alicea stays a street"]
)
def test_words_that_only_look_like_names_pass(text: str) -> None:
    refuse_names(text, ["Will", "Mark Stone", "May", "Alice"])
