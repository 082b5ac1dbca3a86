"""The words behind the choices of a loop question, the same in Slack and on the web."""

from integrations.language import mark

CHOICE_WORDS = {
    "yes": mark("Yes"),
    "partly": mark("Partly"),
    "no": mark("No"),
    "not_sure": mark("Not sure"),
    "kept": mark("Yes, it was kept"),
    "not_kept": mark("No"),
    "cant_tell": mark("I can't tell"),
    "better": mark("Yes, for the better"),
    "no_difference": mark("No difference"),
    "worse": mark("Yes, for the worse"),
    "too_early": mark("Too early to say"),
}
