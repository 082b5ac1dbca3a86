"""What Kept says, in sentences: the same words on the web, in Slack and in mail.

Promises before somebody answers, notes that are sent, the loop, boards. How each of them is shown is not
decided here, and nothing here knows a vendor.
"""
