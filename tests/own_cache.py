"""The cache of this test process alone: parallel processes share one Redis, and `cache.clear()` would empty it for all."""

from django.core.cache import cache


def clear() -> None:
    """Forget what this process has cached, for example how often somebody has tried to sign in."""
    client = cache._cache.get_client(write=True)
    if keys := list(client.scan_iter(match=cache.make_key("*"))):
        client.delete(*keys)
