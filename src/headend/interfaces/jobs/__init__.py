"""Scheduled and queued work: one module per context, each job a few lines that call one action or query."""
