"""Data centres, streaming servers and address masks: where streams come from."""
