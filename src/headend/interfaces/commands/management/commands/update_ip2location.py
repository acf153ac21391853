"""`headend manage update_ip2location`: the same database as `geoip_update`."""

from headend.interfaces.commands.management.commands.geoip_update import Command

__all__ = ["Command"]
