"""What a distributor's own programmers read about the routes."""

from pathlib import Path
from typing import Any

import pytest
import requests

from tests.builders.server import running_server


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder: Path = tmp_path_factory.mktemp("openapi")
    with running_server(folder) as server:
        answer = requests.get(server.url + "/openapi.json", timeout=10)
    answer.raise_for_status()
    found: dict[str, Any] = answer.json()
    return found


def test_a_push_is_described_with_its_operations_and_their_outcomes(schema: dict[str, Any]) -> None:
    push = schema["paths"]["/v1/operations"]["post"]
    body = push["requestBody"]["content"]["application/json"]["schema"]
    assert set(body["required"]) == {"station_clock", "operations"}
    operation = body["properties"]["operations"]["items"]
    assert {"id", "name", "version", "payload", "made_at", "station_seq"} <= set(operation["required"])
    answer = push["responses"]["200"]["content"]["application/json"]["schema"]
    assert answer == {"$ref": "#/components/schemas/PushAnswer"}


def test_every_reference_in_the_description_leads_somewhere(schema: dict[str, Any]) -> None:
    known = {f"#/components/schemas/{name}" for name in schema["components"]["schemas"]}
    assert known
    assert references(schema) <= known


def references(node: Any) -> set[str]:
    if isinstance(node, dict):
        own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
        return own.union(*(references(value) for value in node.values()))
    return set().union(*(references(value) for value in node)) if isinstance(node, list) else set()
