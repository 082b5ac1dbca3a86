"""The Web API of the simulated Slack, as far as Kept calls it. Answers in Slack's shapes and codes."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from litestar import Controller, HttpMethod, Request, Response, route
from litestar.datastructures import State
from litestar.params import FromPath

from service.demo.simulated_slack.limits import SlackRefusal
from service.demo.simulated_slack.workspace import Member, View, Workspace
from surveys.zones import time_zone

Json = dict[str, Any]


class WebApi(Controller):
    """Every method under one address, with Slack's `ok` in the body and status 200 even for refusals."""

    path = "/demo/slack/api"

    @route("/{method:str}", http_method=[HttpMethod.GET, HttpMethod.POST], status_code=200)
    async def call(
        self, request: Request[Any, Any, State], state: State, method: FromPath[str]
    ) -> Response[Json]:
        """Answer one call of the SDK."""
        workspace: Workspace = state.workspace
        try:
            arguments = await _arguments(request)
            _check_token(request.headers.get("authorization"), arguments, state.slack_token)
            answer = METHODS.get(method, _unknown)(workspace, arguments)
            return Response({"ok": True, **answer})
        except SlackRefusal as refusal:
            details = [refusal.args[0]]
            return Response(
                {"ok": False, "error": refusal.code, "response_metadata": {"messages": details}}
            )


async def _arguments(request: Request[Any, Any, State]) -> Json:
    """Return the call's arguments, whichever of Slack's three ways they came in."""
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/json"):
        body = await request.json()
        return dict(body or {})
    given = dict(request.query_params.items())
    if request.method == HttpMethod.POST:
        given.update((await request.form()).items())
    for name in ("blocks", "view"):
        if isinstance(given.get(name), str):
            given[name] = json.loads(given[name])
    return given


def _check_token(header: str | None, arguments: Json, token: str) -> None:
    given = arguments.get("token") or (header or "").removeprefix("Bearer ")
    if not given:
        raise SlackRefusal("not_authed")
    if given != token:
        raise SlackRefusal("invalid_auth")


def _unknown(_workspace: Workspace, _arguments: Json) -> Json:
    raise SlackRefusal("unknown_method")


def _auth_test(workspace: Workspace, _arguments: Json) -> Json:
    return {
        "url": "https://simulated.invalid/",
        "team": "Simulated Slack",
        "user": "kept",
        "team_id": workspace.team_id,
        "user_id": workspace.bot_id,
        "bot_id": "B0KEPT",
        "is_enterprise_install": False,
    }


def _post_message(workspace: Workspace, arguments: Json) -> Json:
    text, blocks = str(arguments.get("text") or ""), _blocks(arguments)
    channel, message = workspace.post(str(arguments.get("channel") or ""), text, blocks)
    shown = {
        "type": "message",
        "ts": message.ts,
        "text": message.text,
        "blocks": message.blocks,
        "user": workspace.bot_id,
        "team": workspace.team_id,
        "app_id": workspace.app_id,
    }
    return {"channel": channel, "ts": message.ts, "message": shown}


def _update(workspace: Workspace, arguments: Json) -> Json:
    channel, ts = str(arguments.get("channel") or ""), str(arguments.get("ts") or "")
    message = workspace.update(channel, ts, str(arguments.get("text") or ""), _blocks(arguments))
    return {"channel": channel, "ts": message.ts, "text": message.text}


def _open_view(workspace: Workspace, arguments: Json) -> Json:
    view = workspace.open_view(str(arguments.get("trigger_id") or ""), _view(arguments))
    return _shown(workspace, view)


def _push_view(workspace: Workspace, arguments: Json) -> Json:
    trigger_id = str(arguments.get("trigger_id") or "")
    return _shown(workspace, workspace.open_view(trigger_id, _view(arguments), on_top=True))


def _update_view(workspace: Workspace, arguments: Json) -> Json:
    view_id = str(arguments.get("view_id") or "")
    return _shown(workspace, workspace.update_view(view_id, _view(arguments), arguments.get("hash")))


def _publish_view(workspace: Workspace, arguments: Json) -> Json:
    member_id = str(arguments.get("user_id") or "")
    view = workspace.publish_home(member_id, _view(arguments), arguments.get("hash"))
    return _shown(workspace, view)


def _user(workspace: Workspace, arguments: Json) -> Json:
    return {"user": _profile(workspace, workspace.member(str(arguments.get("user") or "")))}


def _users(workspace: Workspace, _arguments: Json) -> Json:
    members = [_profile(workspace, member) for member in workspace.memory.members.values()]
    return {"members": members, "cache_ts": 0, "response_metadata": {"next_cursor": ""}}


def _profile(workspace: Workspace, member: Member) -> Json:
    offset = datetime.now(time_zone(member.zone)).utcoffset()
    return {
        "id": member.id,
        "team_id": workspace.team_id,
        "name": member.email.partition("@")[0],
        "real_name": member.name,
        "deleted": member.deleted,
        "is_bot": False,
        "is_restricted": False,
        "is_ultra_restricted": False,
        "tz": member.zone,
        "tz_label": member.zone,
        "tz_offset": int(offset.total_seconds()) if offset else 0,
        "locale": member.locale,
        "profile": {"real_name": member.name, "email": member.email, "title": member.title},
    }


def _blocks(arguments: Json) -> list[Json]:
    blocks = arguments.get("blocks") or []
    if not isinstance(blocks, list):
        raise SlackRefusal("invalid_blocks_format")
    return blocks


def _view(arguments: Json) -> Json:
    view = arguments.get("view")
    if not isinstance(view, dict):
        raise SlackRefusal("invalid_arguments", "view is missing")
    return view


def _shown(workspace: Workspace, view: View) -> Json:
    return {"view": view.payload(workspace.team_id, {})}


METHODS: Mapping[str, Callable[[Workspace, Json], Json]] = {
    "auth.test": _auth_test,
    "chat.postMessage": _post_message,
    "chat.update": _update,
    "views.open": _open_view,
    "views.push": _push_view,
    "views.update": _update_view,
    "views.publish": _publish_view,
    "users.info": _user,
    "users.list": _users,
}
