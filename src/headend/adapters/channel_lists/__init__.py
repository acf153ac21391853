"""Formats of channel lists: each is one function, `catalog.ports.ChannelListFormat`."""
