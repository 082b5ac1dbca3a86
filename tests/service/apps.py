"""An application of a test's own, on routes made once a process: making them is most of what it costs."""

from functools import cache
from typing import Any

from litestar import Litestar
from litestar.types import ControllerRouterHandler

from integrations.environment import Settings
from service.app import create_app, make_state


@cache
def _routes(extra: tuple[ControllerRouterHandler, ...]) -> Litestar:
    return create_app(Settings(), sessions=None, keys=None, extra=extra)  # type: ignore[arg-type] -- replaced


def fresh_app(
    settings: Settings,
    *,
    extra: tuple[ControllerRouterHandler, ...] = (),
    **parts: Any,  # noqa: ANN401 -- what `create_app` takes
) -> Litestar:
    """Return the application with nothing left of the one before it, which must not be used any more."""
    app = _routes(extra)
    app.state = make_state(settings, **parts)
    return app
