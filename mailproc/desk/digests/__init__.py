"""What each digest tells, gathered from the store: rows in, the content of a letter out."""
