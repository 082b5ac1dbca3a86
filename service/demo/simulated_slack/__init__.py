"""A small stand-in for Slack, with members, direct messages, modals and Home tabs in the browser.

It speaks HTTP on both sides, as Slack does: Kept's own client calls its Web API, and what a visitor
presses reaches Kept's events address as signed requests. It shares no memory with Kept and knows
nothing of waves, teams or answers.
"""
