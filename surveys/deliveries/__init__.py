"""What is sent to whom, when, by which channel. The row is the job: due, claimed, called, settled."""
