"""The receipt of a wave for one unit: what it is shown, as text and fingerprint, and the look for mine."""

from uuid import UUID

from litestar import Controller, get
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
from surveys.errors import Missing, not_here
from surveys.people.readers import look_of
from surveys.results.published import TeamTrend, WavePoint
from surveys.results.receipts import list_of, receipt_list, receipt_text, sha256_of
from surveys.waves.models import RUNNING, Wave, WaveUnit
from surveys.waves.rules import FrozenRules
from surveys.zones import local_date


class ReceiptController(Controller):
    """Pages of one wave and unit, for everybody who may read the unit."""

    path = "/teams/{team_id:uuid}/receipts/{wave_id:uuid}"
    guards = [requires_sign_in]  # noqa: RUF012 -- Litestar's way of saying it

    @get()
    async def show(
        self,
        session: Session,
        viewer: CurrentViewer,
        page: CurrentPage,
        now: Now,
        team_id: FromPath[UUID],
        wave_id: FromPath[UUID],
    ) -> Response[str]:
        """Show the receipt: totals, when the key was destroyed, and the texts behind the fingerprint."""
        branch, trend = await branch_to_read(session, viewer, team_id, now=now)
        point = _point(trend, wave_id)
        text = await receipt_text(session, wave_id, team_id) if point.readable else None
        response = page(
            "teams/receipt.html",
            here=f"/teams/{team_id}/receipts/{wave_id}",
            team_id=team_id,
            team_name=trend.team_name,
            wave=point,
            facts=receipt(point, page.language, viewer.zone),
            text=text.decode() if text is not None else None,
            sha256=sha256_of(text) if text is not None else "",
            changed=text is not None and not await _is_as_published(session, point, text),
            still_runs=point.state in RUNNING,
        )
        day = local_date(now, branch.team_zone(team_id))
        look = look_of(viewer, branch.teams[team_id], day) if text is not None else None
        return note_after(page, response, [look])

    @get("/shown.txt")
    async def shown(
        self,
        session: Session,
        viewer: CurrentViewer,
        page: CurrentPage,
        now: Now,
        team_id: FromPath[UUID],
        wave_id: FromPath[UUID],
    ) -> Response[str]:
        """Return what the unit is shown of the wave, byte for byte as its hash was taken."""
        branch, trend = await branch_to_read(session, viewer, team_id, now=now)
        if not _point(trend, wave_id).readable:
            raise not_here()
        text = await receipt_text(session, wave_id, team_id)
        if text is None:
            raise Missing(mark("Of this pulse no text was kept, only its fingerprint."))
        day = local_date(now, branch.team_zone(team_id))
        look = look_of(viewer, branch.teams[team_id], day)
        return note_after(page, _download(text, "shown.txt"), [look])

    @get("/units.txt")
    async def units(
        self,
        session: Session,
        viewer: CurrentViewer,
        now: Now,
        team_id: FromPath[UUID],
        wave_id: FromPath[UUID],
    ) -> Response[str]:
        """Return the hashes of all units' texts; the hash of this list is the fingerprint."""
        _, trend = await branch_to_read(session, viewer, team_id, now=now)
        hashes = await receipt_list(session, wave_id)
        if not _point(trend, wave_id).readable or hashes == list_of(()):
            raise not_here()
        return _download(hashes, "units.txt")

    @get("/mine", opt=UNLOGGED)
    async def mine(
        self,
        session: Session,
        keys: Keys,
        viewer: CurrentViewer,
        page: CurrentPage,
        settings: CurrentSettings,
        now: Now,
        team_id: FromPath[UUID],
        wave_id: FromPath[UUID],
    ) -> Response[str]:
        """Try to find the reader's own answers. Writes nothing, is not logged, is no look at figures."""
        branch, _ = await branch_to_read(session, viewer, team_id, now=now)
        wave = await _wave_of(session, wave_id, team_id)
        if wave.state in RUNNING:
            found = while_open(FrozenRules.of(wave.rules), page.language, settings.administrators)
        else:
            found = after_the_close(await find_mine(session, keys, viewer, wave_id), page.language)
        return page(
            "teams/find_mine.html",
            here=f"/teams/{team_id}/receipts/{wave_id}",
            team_name=branch.teams[team_id].name,
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
