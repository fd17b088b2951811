"""The addresses are understood by the libraries that read them, whatever the folder is called."""

from pathlib import Path

import environ
import pytest
import redis
from kombu import Connection
from kombu.utils.url import url_to_parts

from kommun.local.urls import celery_broker_url, database_url, redis_url

FOLDERS = ["/srv/kollen", "/srv/min mapp", "/srv/Överkalix/åäö", "/srv/50%+mer", "/srv/a?b#c&d=e", "/srv/" + "x" * 200]


@pytest.mark.parametrize("folder", FOLDERS)
def test_django_environ_finds_folder_user_and_database(folder):
    found = environ.Env.db_url_config(database_url(Path(folder), "kanalkollen", "kanalkollen_tibro"))
    assert (found["HOST"], found["USER"], found["NAME"]) == (folder, "kanalkollen", "kanalkollen_tibro")
    assert found["ENGINE"] == "django.db.backends.postgresql"
    assert not any(found.get(key) for key in ("PASSWORD", "PORT", "OPTIONS"))


@pytest.mark.parametrize("folder", FOLDERS)
def test_redis_and_celery_find_the_same_socket_and_database(folder):
    url = redis_url(Path(folder) / "redis.sock", 3)
    direct = redis.ConnectionPool.from_url(url).connection_kwargs
    assert (direct["path"], direct["db"]) == (f"{folder}/redis.sock", 3)
    inner = url_to_parts(Connection(celery_broker_url(url)).hostname)  # what kombu reads when it connects
    assert (f"/{inner.path}", inner.query) == (f"{folder}/redis.sock", {"virtual_host": "3"})


@pytest.mark.parametrize("url", ["redis://127.0.0.1:6379/2", "rediss://:pw@redis.example:6380/0"])
def test_an_address_on_the_network_passes_unchanged(url):
    assert celery_broker_url(url) == url


def test_a_unix_address_without_a_number_means_database_zero_and_keeps_its_sign_in():
    url = celery_broker_url("unix://user:pw@/run/redis.sock")
    assert url == "redis+socket://user:pw@/run/redis.sock?virtual_host=0"
