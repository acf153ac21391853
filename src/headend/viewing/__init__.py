"""What households do: positions, ratings, reminders, recordings, scores, and what was watched."""
