"""Words: what was delivered of a closed wave, and mailboxes that go both ways without a name."""
