"""Commands for `headend manage`, under the names and options that installed cron tables call."""
