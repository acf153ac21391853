"""`headend manage sync_geo_ip2location`: there is nothing to do."""

from headend.interfaces.commands.idle import IdleCommand


class Command(IdleCommand):
    reason = "addresses are looked up in the database that geoip_update fetches; there are no tables beside it"
