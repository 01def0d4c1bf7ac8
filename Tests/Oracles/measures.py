"""Reads measures by the reference reader of OpenMetrics; prints its families, one JSON document a line. Reads them from stdin."""
import json
import sys

from prometheus_client.openmetrics.parser import text_string_to_metric_families

for family in text_string_to_metric_families(sys.stdin.read()):
    print(json.dumps({
        "name": family.name, "kind": family.type, "unit": family.unit, "help": family.documentation,
        "samples": [{"name": s.name, "labels": s.labels, "value": str(float(s.value))} for s in family.samples],
    }))
