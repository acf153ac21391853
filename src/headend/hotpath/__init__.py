"""What is called for every zap and every beat. No Django here: snapshots in memory, bytes out."""
