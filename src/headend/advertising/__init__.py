"""Advertising: movies, blocks of them, how often an account sees one."""
