"""Tells the OpenAPI schema what is in a body that a handler reads itself."""

from dataclasses import dataclass
from typing import Any, cast

import msgspec
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody

_PLACE = "#/components/schemas/"


def body_of(message: type[msgspec.Struct]) -> type[Operation]:
    """For a handler's `operation_class`: its body is this message as JSON.

    The message is written out whole, parts included: the framework names only the types that it reads itself.
    """
    (reference,), schemas = msgspec.json.schema_components((message,), ref_template=_PLACE + "{name}")
    schema = cast(Any, _written_out(reference, schemas))

    @dataclass
    class WithBody(Operation):
        """An operation of the schema with the body that the framework does not see."""

        def __post_init__(self) -> None:
            content = {"application/json": OpenAPIMediaType(schema=schema)}
            self.request_body = RequestBody(content=content, required=True)

    return WithBody


def _written_out(node: Any, schemas: dict[str, Any]) -> Any:
    """The schema with every reference replaced by what it refers to."""
    if isinstance(node, list):
        return [_written_out(one, schemas) for one in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _written_out(schemas[node["$ref"].removeprefix(_PLACE)], schemas)
    return {key: _written_out(value, schemas) for key, value in node.items()}
