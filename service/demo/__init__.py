"""The running example: an invented organisation, its past, and a Slack in the browser.

Nothing here is part of the product: no other module of Kept imports this package, except the command
`kept demo`. Its pages speak English only, because the invented people and their promises do.
"""
