"""What the Home tab says of somebody's working groups: what was promised in each."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from integrations.language import Translator
from integrations.slack import blocks
from integrations.slack.blocks import Block
from integrations.slack.desk import Desk
from integrations.wording.loop import say_promise
from surveys.commitments.queries import loop_of
from surveys.people.groups_read import groups_of
from surveys.people.rules import Viewer

MOST_GROUPS, MOST_PROMISES = 5, 4  # one block a group, because a Home tab has at most 100


async def groups_at_home(
    desk: Desk, session: AsyncSession, viewer: Viewer, *, besides: Collection[UUID] = (), now: datetime
) -> list[Block]:
    """Return one paragraph for each working group; nothing for somebody who is in none.

    `besides` are groups that stand on the tab already, because the person leads them.
    """
    language = Translator(viewer.locale)
    groups = await groups_of(session, viewer.person_id) if viewer.groups else []
    groups = [group for group in groups if group.id not in besides]
    built: list[Block] = []
    for group in groups[:MOST_GROUPS]:
        loop = await loop_of(session, group.id, now=now)
        lines = [say_promise(promise, language, in_group=True) for promise in loop.promises[:MOST_PROMISES]]
        lines = lines or [language.say("Nothing is promised here yet.")]
        page = f"<{desk.settings.base_url}/teams/{group.id}|{blocks.escape(group.name)}>"
        told = "\n".join([f"*{page}*", *(f"• {blocks.escape(line)}" for line in lines)])
        built.append(blocks.section(told, markup=True))
    if not built:
        return []
    if len(groups) > MOST_GROUPS:
        label = language.say("All groups you are in")
        built.append(blocks.section(f"<{desk.settings.base_url}/groups|{label}>", markup=True))
    return [blocks.divider(), blocks.header(language.say("Your working groups")), *built]
