"""Two plans at the same moment cannot both take the last room."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.models import Sum

from hub.accounts.callers import SYSTEM
from hub.mirroring import steps
from hub.mirroring.decisions import approve
from hub.mirroring.models import Request, Transfer
from hub.mirroring.steps import look, plan
from hub.policy.models import Rule
from tests.fakes import world
from tests.mirroring.conftest import Ask

pytestmark = pytest.mark.django_db(transaction=True)


def in_threads(*works: Callable[[], object]) -> None:
    errors: list[BaseException] = []

    def run(work: Callable[[], object]) -> None:
        try:
            work()
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors, errors


def test_of_two_plans_at_once_only_those_that_fit_are_made(
    ask: Ask, permissive: Rule, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests = [ask(world.TINY), ask(world.DATASET, kind="dataset")]
    for request in requests:
        look(request.pk)
        request.refresh_from_db()
        if request.state == Request.State.WAITING:
            approve(request, SYSTEM)
    settings.QUOTA = sum(request.facts["bytes"] for request in requests) - 1
    together = threading.Barrier(2)
    record_repo = steps.record_repo

    def both_have_looked(*arguments: Any) -> Any:
        """Where both may come so far, both are here before either has promised anything."""
        try:
            together.wait(1)
        except threading.BrokenBarrierError:
            pass
        return record_repo(*arguments)

    monkeypatch.setattr(steps, "record_repo", both_have_looked)
    in_threads(*(lambda pk=request.pk: plan(pk) for request in requests))  # type: ignore[misc]
    states = sorted(Request.objects.values_list("state", "error_code"))
    assert states == [("approved", "StoreFull"), ("fetching", "")]
    assert Transfer.objects.aggregate(bytes=Sum("size"))["bytes"] <= settings.QUOTA
