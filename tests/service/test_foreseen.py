"""HR's preview of who would see figures: the directory, other assumptions, a file that is not kept."""

import re
from collections.abc import Awaitable, Callable

import httpx
import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service.demo.organisation import people_file
from surveys.audit.models import Entry
from surveys.people.models import Person
from tests.cast import Cast
from tests.service.conftest import form_token

PAGE = "/preview-disclosure"
ASSUMED = {"response": "80", "weeks": "4", "days": "8"}


@pytest.fixture
async def hr(cast: Cast, signed_in: Callable[[Person], Awaitable[httpx.AsyncClient]]) -> httpx.AsyncClient:
    return await signed_in(cast.helen)


async def send(hr: httpx.AsyncClient, content: bytes | None = None, **changed: str) -> httpx.Response:
    """Send the form as a browser does, also without a script."""
    token = form_token(await hr.get(PAGE))
    file = (
        ("people.csv", content, "text/csv")
        if content is not None
        else ("", b"", "application/octet-stream")
    )
    return await hr.post(PAGE, data={"form_token": token} | ASSUMED | changed, files={"people": file})


def words(page: httpx.Response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))


async def test_the_present_directory_is_shown_at_once(hr: httpx.AsyncClient) -> None:
    shown = words(await hr.get(PAGE))

    assert "At 80 % response" in shown
    assert "In the present directory" in shown


async def test_other_assumptions_need_no_file(hr: httpx.AsyncClient) -> None:
    shown = words(await send(hr, response="0", weeks="1", days="8"))

    assert "At 0 % response 0 of" in shown
    assert "sit out every other pulse" in shown
    assert "A pulse has to end before the next one begins" in shown


async def test_a_file_is_computed_with_and_not_kept(
    hr: httpx.AsyncClient, sessions: async_sessionmaker[AsyncSession], caplog: pytest.LogCaptureFixture
) -> None:
    async def stored() -> tuple[int | None, int | None]:
        async with sessions() as session:
            people = await session.scalar(select(func.count()).select_from(Person))
            return people, await session.scalar(select(func.count()).select_from(Entry))

    before = await stored()
    reply = await send(hr, people_file().encode())

    assert "6 of 8 teams see their own figures" in words(reply)
    assert "In your file 80 people are asked." in words(reply)
    assert "Hanna" not in reply.text.split("<main", 1)[1]
    assert "Finance" not in caplog.text
    assert await stored() == before


async def test_a_file_with_mistakes_names_the_line_and_keeps_the_assumptions(hr: httpx.AsyncClient) -> None:
    reply = await send(hr, b"email,name,team\nnobody,Ada,Cards\n", response="65")

    assert reply.status_code == 422
    assert "line 2: email:" in words(reply)
    assert 'value="65"' in reply.text


async def test_a_file_over_a_megabyte_is_not_taken(hr: httpx.AsyncClient) -> None:
    assert (await send(hr, b"x" * 1_000_001)).status_code == 413


@pytest.mark.parametrize("wrong", [{"response": "101"}, {"weeks": "0"}, {"days": "x"}])
async def test_an_assumption_outside_the_sliders_is_refused(
    hr: httpx.AsyncClient, wrong: dict[str, str]
) -> None:
    assert (await send(hr, **wrong)).status_code == 422
