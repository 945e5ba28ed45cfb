"""Which article was made from which, and why: the library in ten lines.

Run: python examples/library_call.py
"""

import json
from pathlib import Path

from dedup import find_lineage


def main() -> None:
    """Draw the example family and the evidence for each of its edges."""
    lines = Path(__file__).with_name("harbour.jsonl").read_text(encoding="utf-8").splitlines()
    lineage = find_lineage(json.loads(line) for line in lines)
    print(lineage)
    for edge in lineage.edges:
        print(f"\n{edge.child} is a {edge.relation} of {edge.parent} (probability {edge.probability:.2f})")
        print(lineage.explain(edge))


if __name__ == "__main__":
    main()
