"""Templates to pages. Templates get plain structs and sentences, never rows and never a session."""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache, partial
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar.connection import Request
from litestar.datastructures import State
from litestar.enums import MediaType
from litestar.response import Response
from markupsafe import Markup

from integrations.environment import Settings
from integrations.language import Translator
from service.security import FORM_FIELD, Cookies, FormTokens
from surveys.people.rules import Viewer
from surveys.zones import time_zone

FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"


@cache
def static_path() -> str:
    """Return where static files are: a short hash over all of them is part of it, so caches never lie."""
    digest = hashlib.sha256()
    for file in sorted(STATIC.rglob("*")):
        if file.is_file():
            digest.update(file.relative_to(STATIC).as_posix().encode() + b"\0" + file.read_bytes())
    return f"/static/{digest.hexdigest()[:12]}"


@cache
def templates(base_url: str) -> Environment:
    """Return the templates of an installation; what was compiled once serves the whole process."""
    environment = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals["static"] = lambda name: f"{static_path()}/{name}"
    environment.globals["base_url"] = base_url
    return environment


class Pages:
    """The templates of one application, with what is the same for all readers."""

    def __init__(self, settings: Settings, cookies: Cookies, form_tokens: FormTokens) -> None:
        self.cookies = cookies
        self.form_tokens = form_tokens
        self.environment = templates(settings.base_url)

    def open(self, request: Request[Any, Any, State], *, viewer: Viewer | None = None) -> "Page":
        """Return the page for one request; the viewer is whom a guard let in, if there was one."""
        known = viewer or request.scope.get("user")
        return Page(self, request, known if isinstance(known, Viewer) else None)


class Page:
    """One response to one reader: in their language, in their zone, with their form token.

    Call it with a template and its values. Every template also knows `_`, `_n` (sentences),
    `moment`, `day`, `short_day`, `clock_time` (the reader's zone), `form_token` (a hidden field),
    `static`, `viewer`, `path`, `language` and `now`.
    """

    def __init__(self, pages: Pages, request: Request[Any, Any, State], viewer: Viewer | None) -> None:
        self._pages = pages
        self._request = request
        self.viewer = viewer
        self.language = Translator(viewer.locale if viewer else "en")
        self.zone = viewer.zone if viewer else "UTC"

    @property
    def state(self) -> State:
        """What the application is made of, for what a page does besides being shown."""
        return self._request.app.state

    def in_words_of(self, locale: str, zone: str) -> "Page":
        """Speak to someone who is not signed in but whose language and zone are known."""
        self.language = Translator(locale)
        self.zone = zone
        return self

    def __call__(
        self,
        template: str,
        /,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **values: object,
    ) -> Response[str]:
        """Return the rendered page. It is rendered at once, inside the request's transaction."""
        cookies = self._pages.cookies
        known = self._request.cookies.get(cookies.form)
        form_cookie = known or token_urlsafe(16)
        text = self._render(template, form_cookie, values)
        response = Response(
            text, status_code=status, media_type=MediaType.HTML, headers=dict(headers or {})
        )
        if known is None:
            response.set_cookie(cookies.make(cookies.form, form_cookie))
        return response

    def _render(self, template: str, form_cookie: str, values: Mapping[str, object]) -> str:
        token = self._pages.form_tokens.token(self._request, form_cookie)
        language = self.language
        return self._pages.environment.get_template(template).render(
            _=language.say,
            _n=language.count,
            language=language,
            viewer=self.viewer,
            zone=self.zone,
            path=self._request.scope["path"],
            now=self._request.app.state.clock(),
            moment=partial(language.moment, zone=self.zone),
            day=self._day,
            short_day=self._short_day,
            clock_time=self._clock_time,
            form_token=Markup('<input type="hidden" name="{}" value="{}">').format(FORM_FIELD, token),
            form_token_value=token,
            **values,
        )

    def _local(self, when: date) -> date:
        return when.astimezone(time_zone(self.zone)) if isinstance(when, datetime) else when

    def _day(self, when: date, *, year: bool = False) -> str:
        return self.language.date(self._local(when), year=year)

    def _short_day(self, when: date) -> str:
        return self.language.short_date(self._local(when))

    def _clock_time(self, when: datetime) -> str:
        local = self._local(when)
        return self.language.time(local) if isinstance(local, datetime) else ""
