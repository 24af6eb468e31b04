import threading

import pytest
from django.db import connection

from hub.upstreams.models import Upstream
from hub.upstreams.seed import seed_upstreams


@pytest.mark.django_db(transaction=True)
def test_processes_that_start_at_once_make_one_row_of_each() -> None:
    start = threading.Barrier(6)
    errors: list[BaseException] = []

    def boot() -> None:
        try:
            start.wait()
            seed_upstreams()
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=boot) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert sorted(Upstream.objects.values_list("slug", flat=True)) == ["huggingface", "modelscope"]
