"""Writes tables in the ways of Python's csv module, for the reader of tables in services/ingest.

Run by hand, never by users:

    python3 bench/reference/csv_tables.py

Writes services/ingest/src/read/fixtures/tables.json: for each table its delimiter, its text, and its records, each with the
number of the line on which it begins.
"""

import csv
import io
import json
import random
from pathlib import Path

ROOT = Path(__file__).parents[2]
PIECES = ["a", "Zürich", " ", '"', '""', ",", ";", "\t", "\n", "\r\n", "👍", "5' 3\"", "x y", "[1]", "'", "\\", "0"]


def table(rng: random.Random) -> dict:
    delimiter = rng.choice([",", ";", "\t"])
    width = rng.randint(2, 4)
    records = [
        ["".join(rng.choices(PIECES, k=rng.randint(0, 4))) for _ in range(width)] for _ in range(rng.randint(1, 6))
    ]
    out = io.StringIO(newline="")
    quoting = rng.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC])
    writer = csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=rng.choice(["\n", "\r\n"]))
    begins = []
    for record in records:
        begins.append(out.getvalue().count("\n") + 1)
        writer.writerow(record)
    return {"delimiter": delimiter, "text": out.getvalue(), "records": [list(pair) for pair in zip(begins, records)]}


def main() -> None:
    rng = random.Random(2026)
    folder = ROOT / "services" / "ingest" / "src" / "read" / "fixtures"
    folder.mkdir(parents=True, exist_ok=True)
    tables = [table(rng) for _ in range(60)]
    text = json.dumps(tables, ensure_ascii=False, separators=(",", ":")) + "\n"
    (folder / "tables.json").write_text(text)
    print(len(text.encode()), "bytes")


if __name__ == "__main__":
    main()
