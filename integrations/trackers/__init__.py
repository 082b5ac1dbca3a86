"""Steps as issues of other tools: GitHub, GitLab, Jira. Only by a person's press."""
