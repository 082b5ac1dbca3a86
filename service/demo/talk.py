"""What was said in the channels of two teams, so that there is something to add to a retrospective."""

from service.demo import organisation as invented
from service.demo.simulated_slack.workspace import Channel, Workspace

TALK = {
    "Workshop": (
        ("Jakub Nowak", "The first forty bags with the new strap are packed."),
        ("Sefa Demir", "The templates were cut before we knew the new width. Half a day of work again."),
        ("Marlene Fuchs", "The board with the dates helped me: I said no to a rush job, and it was fine."),
    ),
    "Web Shop": (
        ("Ellen Brody", "The new checkout has run for a day without a single call to Support."),
        ("Owen Clarke", "I switched it on at noon and only then saw that the texts were still in English."),
    ),
}  # fmt: skip


def channels() -> list[Channel]:
    """Return a channel for each unit, with everybody who works in it or leads it."""
    ids = invented.slack_ids()
    return [
        Channel(
            f"C0{number:03d}OSIER",
            unit.name.lower().replace(" ", "-"),
            [ids[worker.email] for worker in invented.workers() if worker.team == unit.name],
        )
        for number, unit in enumerate(invented.UNITS, start=1)
    ]


def let_people_talk(workspace: Workspace) -> None:
    """Let the people of some teams say what they said."""
    ids = invented.slack_ids()
    for lines in TALK.values():
        for name, words in lines:
            member_id = ids[invented.worker_called(name).email]
            channel = workspace.channel_of(member_id)
            if channel is not None:
                workspace.say(channel, member_id, words)
