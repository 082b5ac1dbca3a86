"""The receipt of a wave for one unit: what it is shown, as text and fingerprint, and the look for mine."""

from dataclasses import dataclass
from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency, Provide
from litestar.enums import MediaType
from litestar.params import FromPath
from litestar.response import Response
from sqlalchemy.ext.asyncio import AsyncSession

from integrations.language import mark
from service.controllers.teams import branch_to_read
from service.dependencies import CurrentPage, CurrentSettings, CurrentViewer, Keys, Now, Session
from service.find_mine import find_mine
from service.logs import UNLOGGED
from service.reading_log import note_after
from service.security import requires_sign_in
from service.views.find_mine import after_the_close, while_open
from service.views.team_notes import receipt
from surveys.audit.rules import Look
from surveys.errors import Missing, not_here
from surveys.people.readers import look_of
from surveys.people.rules import Directory
from surveys.results.published import TeamTrend, WavePoint
from surveys.results.receipts import list_of, receipt_list, receipt_text, sha256_of
from surveys.waves.models import RUNNING, Wave, WaveUnit
from surveys.waves.rules import FrozenRules
from surveys.zones import local_date


@dataclass(frozen=True, slots=True)
class Asked:
    """Which wave of which unit somebody asks about."""

    session: Session
    viewer: CurrentViewer
    page: CurrentPage
    now: Now
    team_id: FromPath[UUID]
    wave_id: FromPath[UUID]

    @property
    def here(self) -> str:
        """The address of the receipt."""
        return f"/teams/{self.team_id}/receipts/{self.wave_id}"

    async def read(self) -> tuple[Directory, TeamTrend]:
        """Return what this reader may read of the unit; raises as `branch_to_read` does."""
        return await branch_to_read(self.session, self.viewer, self.team_id, now=self.now)

    def look(self, branch: Directory) -> Look | None:
        """Return what is noted of reading the unit's figures."""
        day = local_date(self.now, branch.team_zone(self.team_id))
        return look_of(self.viewer, branch.teams[self.team_id], day)


AskedFor = NamedDependency[Asked]


class ReceiptController(Controller):
    """Pages of one wave and unit, for everybody who may read the unit."""

    path = "/teams/{team_id:uuid}/receipts/{wave_id:uuid}"
    guards = [requires_sign_in]  # noqa: RUF012 -- Litestar's way of saying it
    dependencies = {"asked": Provide(Asked, sync_to_thread=False)}  # noqa: RUF012 -- as above

    @get()
    async def show(self, asked: AskedFor) -> Response[str]:
        """Show the receipt: totals, when the key was destroyed, and the texts behind the fingerprint."""
        session, page = asked.session, asked.page
        branch, trend = await asked.read()
        point = _point(trend, asked.wave_id)
        text = await receipt_text(session, asked.wave_id, asked.team_id) if point.readable else None
        response = page(
            "teams/receipt.html",
            here=asked.here,
            team_id=asked.team_id,
            team_name=trend.team_name,
            wave=point,
            facts=receipt(point, page.language, asked.viewer.zone),
            text=text.decode() if text is not None else None,
            sha256=sha256_of(text) if text is not None else "",
            changed=text is not None and not await _is_as_published(session, point, text),
            still_runs=point.state in RUNNING,
        )
        return note_after(page, response, [asked.look(branch) if text is not None else None])

    @get("/shown.txt")
    async def shown(self, asked: AskedFor) -> Response[str]:
        """Return what the unit is shown of the wave, byte for byte as its hash was taken."""
        branch, trend = await asked.read()
        if not _point(trend, asked.wave_id).readable:
            raise not_here()
        text = await receipt_text(asked.session, asked.wave_id, asked.team_id)
        if text is None:
            raise Missing(mark("Of this pulse no text was kept, only its fingerprint."))
        return note_after(asked.page, _download(text, "shown.txt"), [asked.look(branch)])

    @get("/units.txt")
    async def units(self, asked: AskedFor) -> Response[str]:
        """Return the hashes of all units' texts; the hash of this list is the fingerprint."""
        _, trend = await asked.read()
        hashes = await receipt_list(asked.session, asked.wave_id)
        if not _point(trend, asked.wave_id).readable or hashes == list_of(()):
            raise not_here()
        return _download(hashes, "units.txt")

    @get("/mine", opt=UNLOGGED)
    async def mine(self, asked: AskedFor, keys: Keys, settings: CurrentSettings) -> Response[str]:
        """Try to find the reader's own answers. Writes nothing, is not logged, is no look at figures."""
        language = asked.page.language
        branch, _ = await asked.read()
        wave = await _wave_of(asked.session, asked.wave_id, asked.team_id)
        if wave.state in RUNNING:
            found = while_open(FrozenRules.of(wave.rules), language, settings.administrators)
        else:
            found = after_the_close(
                await find_mine(asked.session, keys, asked.viewer, asked.wave_id), language
            )
        return asked.page(
            "teams/find_mine.html",
            here=asked.here,
            team_name=branch.teams[asked.team_id].name,
            occurrence=wave.occurrence,
            found=found,
        )


async def _is_as_published(session: AsyncSession, point: WavePoint, text: bytes) -> bool:
    """Return whether a text is in the list of hashes, and the list has the fingerprint of the receipt."""
    hashes = await receipt_list(session, point.wave_id)
    return sha256_of(text) in hashes.decode().split() and (
        sha256_of(hashes) == (point.receipt or {}).get("sha256")
    )


def _point(trend: TeamTrend, wave_id: UUID) -> WavePoint:
    for point in trend.waves:
        if point.wave_id == wave_id:
            return point
    raise not_here()


async def _wave_of(session: AsyncSession, wave_id: UUID, team_id: UUID) -> Wave:
    wave = await session.get(Wave, wave_id)
    if wave is None or await session.get(WaveUnit, (wave_id, team_id)) is None:
        raise not_here()
    return wave


def _download(text: bytes, name: str) -> Response[str]:
    return Response(
        text.decode(),
        media_type=MediaType.TEXT,
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )
