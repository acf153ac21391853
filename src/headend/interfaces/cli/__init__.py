"""The command line: each module is one command, or one noun with its commands."""
