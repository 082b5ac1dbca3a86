"""The example's clock: real time, moved forward by as much as a visitor let pass."""

from datetime import UTC, datetime, timedelta
from pathlib import Path


class TravellingClock:
    """Gives the present instant of the example. Call it; it never goes backwards."""

    def __init__(self, file: Path) -> None:
        self._file = file  # how many seconds lie between the example's time and the real one
        self._ahead = timedelta(seconds=float(file.read_text())) if file.exists() else timedelta()

    def __call__(self) -> datetime:
        """Return now, aware UTC, in the example."""
        return datetime.now(UTC) + self._ahead

    def start_at(self, instant: datetime) -> None:
        """Let the example's time begin at an instant, which may lie before the real one."""
        self._ahead = instant - datetime.now(UTC)
        self._file.write_text(str(self._ahead.total_seconds()))

    def travel_to(self, instant: datetime) -> None:
        """Let time pass until an instant; one that is past already changes nothing."""
        if instant > self():
            self.start_at(instant)
