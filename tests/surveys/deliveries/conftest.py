import pytest

from tests.surveys.deliveries import rounds


@pytest.fixture
def make_round() -> rounds.MakeRound:
    return rounds.make_round
