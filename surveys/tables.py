"""Every model in one metadata, for Alembic and for tests."""

from surveys.audit import models as _audit
from surveys.ballots import models as _ballots
from surveys.cadence import models as _cadence
from surveys.comments import models as _comments
from surveys.commitments import models as _commitments
from surveys.database import Base
from surveys.deliveries import models as _deliveries
from surveys.milestones import models as _milestones
from surveys.people import models as _people
from surveys.repair import models as _repair
from surveys.results import models as _results
from surveys.retrospectives import models as _retrospectives
from surveys.waves import models as _waves

__all__ = ["MODELS", "SEALED", "metadata"]

MODELS = (
    _audit,
    _ballots,
    _cadence,
    _comments,
    _commitments,
    _deliveries,
    _milestones,
    _people,
    _repair,
    _results,
    _retrospectives,
    _waves,
)
metadata = Base.metadata
# Tables of sealed answers and words: a row is found only by who holds the key of its wave.
SEALED = frozenset(name for name, table in metadata.tables.items() if "row_key" in table.columns)
