"""How staff passwords are kept."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2id(Argon2PasswordHasher):
    """Argon2id at OWASP's first recommendation (Password Storage Cheat Sheet): 19 MiB, two passes, one lane.

    Django's own default takes 100 MiB in eight lanes for each login, which a small server feels.
    """

    memory_cost = 19 * 1024
    time_cost = 2
    parallelism = 1
