"""Tables as files to download, in the layouts of the command line."""

from collections.abc import Sequence
from io import BytesIO

from flask import Response, abort

from web.tables import Table, as_csv, as_json, write_xlsx

_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def send_tables(tables: Sequence[Table], document: object, layout: str, name: str) -> Response:
    """Answer with a file; ``name`` is plain ASCII without an ending."""
    if layout not in _TYPES:
        abort(404)
    content: bytes
    if layout == "csv":
        # Excel takes a CSV file for UTF-8 only with its mark.
        content = ("\ufeff" + as_csv(tables)).encode()
    elif layout == "json":
        content = as_json(document).encode()
    else:
        out = BytesIO()
        write_xlsx(tables, out)
        content = out.getvalue()
    response = Response(content, content_type=_TYPES[layout])
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{layout}"'
    return response
