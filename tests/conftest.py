"""How hypothesis draws: the same examples in each run, or new ones with ``--hypothesis-profile=search``."""

from hypothesis import settings

settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("search", deadline=None, print_blob=True)
settings.load_profile("same")
