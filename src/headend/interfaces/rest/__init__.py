"""The REST face of the service at /api/v1/: the same actions and queries as everywhere, told as resources.

`resources` makes the operations of a resource from its description; the modules with plural names describe them. What
holds for all stands in `callers` (keys, scopes, rates), `repeats` (idempotency keys), `paging`, `problems` and
`answers`.
"""
