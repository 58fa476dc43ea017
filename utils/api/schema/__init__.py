"""How the OpenAPI description is derived from the views; no operation is annotated for it.

* auto_schema: requests, parameters, and shapes as they are on the wire;
* refusals: the statuses of refusals, with their bodies;
* field_errors: the body of a 400, from the fields of the request.
"""

from .auto_schema import AutoSchema

__all__ = ["AutoSchema"]
