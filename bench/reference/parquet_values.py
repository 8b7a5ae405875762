"""Parquet files of values that are easily lost, as other programs write them, and what is to be read: for tests of ingest.

    python bench/reference/parquet_values.py > services/ingest/src/read/container/parquet/fixtures/values.json
"""

import base64
import datetime
import decimal
import io
import json
import pathlib
import tempfile

import datasets
import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

Decimal = decimal.Decimal


def written(table, **options):
    file = io.BytesIO()
    pq.write_table(table, file, **options)
    return file.getvalue()


def by_pandas(frame, **options):
    file = io.BytesIO()
    frame.to_parquet(file, **options)
    return file.getvalue()


def by_duckdb(select, version="V1"):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "rows.parquet")
        duckdb.sql(f"copy ({select}) to '{path}' (format parquet, parquet_version {version})")
        return path.read_bytes()


def number(value):
    """A number where float64 prints the same digits and is no larger than 2^53, and else a text of all of them."""
    same = Decimal(repr(float(value))) == value and abs(value) < 2**53
    return float(value) if same else format(value, "f")


animals = pd.DataFrame({"text": list("abcde"), "label": pd.Categorical(list("xyzxy"), categories=list("vwxyz") + [f"c{at}" for at in range(70)])})
small = [Decimal("0.30"), Decimal("-7.25"), None, Decimal("100.00"), Decimal("0.00")]
large = [Decimal("12345678901234567.89"), Decimal("-0.01"), Decimal("90071992547409.93"), None, Decimal("-77621361295279331286.52")]
ids = [Decimal(2**53 + 1), Decimal(-(10**30)), Decimal(7), None, Decimal(0)]
second = datetime.datetime(2024, 2, 29, 12, 34, 56)
fine = second.replace(microsecond=789123)
before = datetime.datetime(1969, 12, 31, 23, 59, 59, 999_999)

decimals = pa.table(
    {
        "small": pa.array(small, pa.decimal128(9, 2)),
        "large": pa.array(large, pa.decimal128(38, 2)),
        "id": pa.array(ids, pa.decimal128(38, 0)),
        "list": pa.array([[value, None] for value in large], pa.list_(pa.decimal128(38, 2))),
        "object": pa.array([{"of": value, "with": [{"id": other}]} for value, other in zip(large, ids)]),
        "map": pa.array([[("k", value)] for value in large], pa.map_(pa.string(), pa.decimal128(38, 2))),
    }
)
said = [
    {
        "small": None if small[at] is None else number(small[at]),
        "large": None if large[at] is None else number(large[at]),
        "id": None if ids[at] is None else number(ids[at]),
        "list": [None if large[at] is None else number(large[at]), None],
        "object": {
            "of": None if large[at] is None else number(large[at]),
            "with": [{"id": None if ids[at] is None else number(ids[at])}],
        },
        "map": {"k": None if large[at] is None else number(large[at])},
    }
    for at in range(5)
]
times = pa.table(
    {
        "second": pa.array([second, None], pa.timestamp("s")),
        "micro": pa.array([fine, before], pa.timestamp("us", tz="UTC")),
        "nano": pa.array([1709210096789123456, -1], pa.timestamp("ns")),
        "beyond": pa.array([2**63 - 1, -(2**63)], pa.timestamp("us")),
        "date": pa.array([datetime.date(2024, 2, 29), datetime.date(1, 1, 1)]),
        "clock": pa.array([datetime.time(1, 2, 3, 4), datetime.time(23, 59)], pa.time64("us")),
        "dates": pa.array([[datetime.date(1969, 12, 31)], []], pa.list_(pa.date32())),
        "clocks": pa.array([[datetime.time(1, 2, 3)], None], pa.list_(pa.time32("ms"))),
    }
)
points = [
    {
        "second": "2024-02-29T12:34:56.000Z",
        "micro": "2024-02-29T12:34:56.789123Z",
        "nano": "2024-02-29T12:34:56.789123456Z",
        "beyond": "9223372036854775807",
        "date": "2024-02-29",
        "clock": "01:02:03.000004",
        "dates": ["1969-12-31"],
        "clocks": ["01:02:03"],
    },
    {
        "second": None,
        "micro": "1969-12-31T23:59:59.999999Z",
        "nano": "1969-12-31T23:59:59.999999999Z",
        "beyond": "-9223372036854775808",
        "date": "0001-01-01",
        "clock": "23:59:00",
        "dates": [],
        "clocks": None,
    },
]
labels = json.loads(animals.to_json(orient="records"))
enum = "'y'::enum('x', 'y', 'z')"
files = [
    ("pandas, categories that few rows have", by_pandas(animals), labels),
    ("pandas, categories and a last row group of one row", by_pandas(animals, row_group_size=4), labels),
    ("duckdb, an enum", by_duckdb(f"select 'a' as text, {enum} as label"), [{"text": "a", "label": "y"}]),
    ("pyarrow, decimals", written(decimals), said),
    ("pyarrow, decimals as whole numbers", written(decimals, store_decimal_as_integer=True), said),
    ("duckdb, a decimal", by_duckdb("select 123456789012345.678::decimal(18, 3) as id"), [{"id": "123456789012345.678"}]),
    ("pyarrow, times", written(times), points),
    ("pyarrow, times of 96 bits", written(times.select(["micro"]), use_deprecated_int96_timestamps=True), [{"micro": row["micro"]} for row in points]),
]
nothing = pa.table({"text": pa.array([None, None], pa.string()), "list": pa.array([None, []], pa.list_(pa.int32()))})
nulls = [{"text": None, "list": None}, {"text": None, "list": []}]
parts = io.BytesIO()
with pq.ParquetWriter(parts, nothing.schema, use_dictionary=False) as writer:
    for rows in [0, 1, 0, 2]:
        writer.write_table(nothing.slice(0, rows))
files += [
    *[
        (f"pyarrow, dictionaries of nothing, {codec}", written(nothing, compression=codec), nulls)
        for codec in ["lz4", "snappy", "gzip", "zstd", "brotli"]
    ],
    ("pyarrow, row groups of no rows", parts.getvalue(), [nulls[0], *nulls]),
]
unsigned = "select ((19 - range) * {})::uinteger as n from range(20)"
files.append(("duckdb, differences of numbers without a sign", by_duckdb(unsigned.format(10**7), "V2"), [{"n": (19 - at) * 10**7} for at in range(20)]))
refused = [
    ("duckdb, differences of larger ones", by_duckdb(unsigned.format(2 * 10**8), "V2"), 'has numbers from 2^31 on in the column "n"'),
    ("duckdb, an interval", by_duckdb("select 'a' as text, interval 3 days as took"), "has values of the column \"took\" of a type that cannot be read"),
]
names = {"label": ["neg", "pos"], "ner_tags": ["O", "B-PER"]}
features = datasets.Features(
    {
        "text": datasets.Value("string"),
        "label": datasets.ClassLabel(names=names["label"]),
        "ner_tags": datasets.Sequence(datasets.ClassLabel(names=names["ner_tags"])),
    }
)
columns = {"text": ["Ann sings"], "label": [1], "ner_tags": [[1, 0]]}
labelled = io.BytesIO()
datasets.Dataset.from_dict(columns, features=features).to_parquet(labelled)
encoded = lambda bytes: base64.b64encode(bytes).decode()
print(
    json.dumps(
        {
            "pyarrow": pa.__version__,
            "pandas": pd.__version__,
            "duckdb": duckdb.__version__,
            "labelled": {"file": encoded(labelled.getvalue()), "names": names},
            "files": [[name, encoded(bytes), rows] for name, bytes, rows in files],
            "refused": [[name, encoded(bytes), why] for name, bytes, why in refused],
        },
        ensure_ascii=False,
    )
)
