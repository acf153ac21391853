"""May they play, and from where: grants, limits, the one decision and its reasons."""
