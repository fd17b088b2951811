"""Run eark-validator 1.1.3 on a package and print what it says as JSON. Not a test: it runs in the validator's own environment.

The validator fetches four vocabularies when it is imported. Here it gets the copies in tests/data/eark instead.
"""

import io
import json
import sys
import urllib.request
from pathlib import Path

WORDS = Path(__file__).parents[1] / "data" / "eark" / "vocabularies"


def local(url: str) -> io.BytesIO:
    return io.BytesIO((WORDS / url.rpartition("/")[2]).read_bytes())


urllib.request.urlopen = local

from eark_validator.packages import PackageValidator  # noqa: E402

report = PackageValidator(Path(sys.argv[1])).validation_report
results = report.metadata
print(  # noqa: T201
    json.dumps(
        {
            "structure": report.structure.status.value,
            "schema": [one.message for one in results.schema_results.messages],
            "rules": [(one.rule_id, one.severity.value) for one in results.schematron_results.messages],
        }
    )
)
