"""Every decision of ingest, pure: what a package's state becomes, and whose turn it is."""
