"""How passwords are kept (setting PASSWORD_HASHERS)."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2(Argon2PasswordHasher):
    """Argon2id as OWASP's cheat sheet on password storage has it: 19 MiB, two passes, one lane.

    Django's own takes 100 MB and eight threads for each login, which some dozen at once would not leave to the pages.
    """

    memory_cost = 19 * 1024
    time_cost = 2
    parallelism = 1
