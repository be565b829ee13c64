"""The JSON API at /api/v1/ (docs/api.md): what the pages say, for programs. Read only; no key.

`routes` is the table of operations, `resources` of the kinds of records, `schemas` says what records look like; `door` is
what every request passes; `problems` answers what can't be answered; `document` is the OpenAPI document and `manual` its page.
"""
