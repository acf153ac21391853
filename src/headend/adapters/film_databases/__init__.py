"""Film databases that describe titles and persons, one module each."""

from headend.adapters.film_databases.tmdb import MovieDatabase
from headend.vod.ports import MetadataSource


def film_database(*, url: str, key: str, pictures_url: str) -> MetadataSource:
    """Make the source from an installation's settings."""
    return MovieDatabase(url, key, pictures_url)
