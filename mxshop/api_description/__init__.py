"""What the OpenAPI description says beyond the views: introduction, order of reading, examples.

utils.api.schema describes each operation; hooks.finish() here completes the document.
"""
