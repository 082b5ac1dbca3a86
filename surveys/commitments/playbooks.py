"""What a leader can try, a dimension at a time. The sentences are data: `playbooks.toml`."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType

__all__ = ["PLAYBOOKS", "Playbook"]


@dataclass(frozen=True, slots=True)
class Playbook:
    """Something to try: why, one thing for this week, and more for later. English, not yet translated."""

    dimension: str
    why: str
    week: str
    later: Sequence[str]


def _read() -> Mapping[str, Playbook]:
    source = tomllib.loads(files("surveys.commitments").joinpath("playbooks.toml").read_text("utf-8"))
    return MappingProxyType(
        {
            dimension: Playbook(dimension, each["why"], each["week"], tuple(each["later"]))
            for dimension, each in source.items()
        }
    )


PLAYBOOKS: Mapping[str, Playbook] = _read()
