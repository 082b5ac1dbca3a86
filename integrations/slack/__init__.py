"""Slack: everything that knows its vocabulary.

What comes from Slack goes through `incoming`, is given by `dispatch` to a room (`pulse`, `loop`, `retro`,
`home`), which works at its `desk`; what Kept sends goes through `outgoing`.
"""
