"""The pulse in Slack: the answer sheet, the open question after it, putting it off."""
