"""`/openapi.json`, and `/docs`: the routes as one plain page that needs nothing from any other host."""

from html import escape
from typing import Any

from litestar import MediaType, Request, Response, get
from litestar.datastructures import State

_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1d2433}"
    "table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:.4rem .8rem .4rem 0;"
    "border-bottom:1px solid #d8dde6}code{font:14px ui-monospace,monospace}"
    "@media(prefers-color-scheme:dark){body{background:#14171d;color:#e4e8ef}td,th{border-color:#343b47}}"
)


@get("/openapi.json", include_in_schema=False, sync_to_thread=False)
def openapi_json(request: Request[Any, Any, State]) -> dict[str, Any]:
    """The exact types of every route."""
    return request.app.openapi_schema.to_schema()


@get("/docs", include_in_schema=False, sync_to_thread=False)
def docs(request: Request[Any, Any, State]) -> Response[str]:
    """Method, path and purpose of every route, from the OpenAPI schema."""
    schema = request.app.openapi_schema.to_schema()
    rows = [
        f"<tr><td><code>{escape(method.upper())}</code></td><td><code>{escape(path)}</code></td>"
        f"<td>{escape(str(operation.get('summary', '')))}<br><small>{escape(str(operation.get('description', '')))}"
        "</small></td></tr>"
        for path, methods in sorted(schema["paths"].items())
        for method, operation in methods.items()
        if isinstance(operation, dict)
    ]
    page = (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>Order-Track server</title><style>{_STYLE}</style>"
        "<h1>Order-Track server</h1><p>The exact types are in <a href=/openapi.json>openapi.json</a>. Send the token "
        "of <code>POST /v1/sign-in</code> as <code>Authorization: Bearer …</code>. Errors are "
        "<code>application/problem+json</code> with <code>code</code>, <code>sentence</code> and <code>facts</code>."
        f"</p><table><tr><th>Method<th>Path<th>Does</tr>{''.join(rows)}</table></html>"
    )
    return Response(
        page,
        media_type=MediaType.HTML,
        headers={"content-security-policy": "default-src 'none'; style-src 'unsafe-inline'"},
    )
