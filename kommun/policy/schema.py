"""The JSON Schema of a policy file, for editors that complete and check while one writes."""

import json
from pathlib import Path

from kommun.policy.document import PolicyDocument

SCHEMA_FILE = Path(__file__).with_name("policy.schema.json")


def schema_text() -> str:
    """Return the schema as text, the same for the same models."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **PolicyDocument.model_json_schema(by_alias=True),
        "title": "Kanalkollen policy",
    }
    return json.dumps(schema, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
