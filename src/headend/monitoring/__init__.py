"""What devices tell of themselves, and what they are told to do."""
