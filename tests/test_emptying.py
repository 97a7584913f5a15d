"""The database is emptied only when the live server has answered what was asked of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.signals import request_finished, request_started

from tests.emptying import Traffic


def ask(url: str) -> None:
    connection = HTTPConnection(urlsplit(url).netloc)
    connection.request("GET", "/robots.txt")
    connection.getresponse().read()
    connection.close()


@pytest.mark.django_db(transaction=True)
def test_a_request_on_its_way_is_waited_for(live_server: Any, traffic: Traffic) -> None:
    go_on, answered = threading.Event(), threading.Event()

    def dawdle(**_kwargs: Any) -> None:
        go_on.wait(10)
        time.sleep(0.05)

    def done(**_kwargs: Any) -> None:
        answered.set()

    receivers: list[tuple[Any, Callable[..., None]]] = [(request_started, dawdle), (request_finished, done)]
    for signal, receiver in receivers:
        signal.connect(receiver)
    asking = threading.Thread(target=ask, args=(live_server.url,))
    try:
        asking.start()
        while not traffic.answering:
            time.sleep(0.001)
        go_on.set()
        traffic.wait()
        assert answered.is_set()
        assert not traffic.answering
    finally:
        go_on.set()
        asking.join()
        for signal, receiver in receivers:
            signal.disconnect(receiver)


def test_nobody_connected_is_not_waited_for() -> None:
    Traffic().wait()
