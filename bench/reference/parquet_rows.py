"""Parquet files of ten rows as pyarrow writes them, for tests of ingest: one for each compression and layout.

    python bench/reference/parquet_rows.py > services/ingest/src/read/container/parquet/fixtures/files.json
"""

import base64
import io
import json

import pyarrow as pa
import pyarrow.parquet as pq

rows = [
    {
        "text": f'{at}: "quoted", é 🙂' + ("\nover lines" if at % 3 == 0 else ""),
        "label": "ham" if at % 2 == 0 else None,
        "score": at / 4,
        "count": at * 10**15,
        "tags": [f"t{n}" for n in range(at % 3)],
        "messages": [
            {"role": "user", "content": f"q{at}", "name": None},
            {"role": "assistant", "content": f"a{at}", "name": "bot"},
        ][: at % 3],
        "answers": {"text": ["x"] * (at % 2), "answer_start": [at] * (at % 2)},
        "tools": json.dumps([{"type": "function", "at": at}]),
        "flag": at % 2 == 1,
    }
    for at in range(10)
]
table = pa.Table.from_pylist(rows)

layouts = {
    **{
        codec: {"compression": codec}
        for codec in ["none", "snappy", "gzip", "zstd", "brotli", "lz4"]
    },
    "pages of version 2": {"compression": "zstd", "data_page_version": "2.0"},
    "row groups of three": {"compression": "snappy", "row_group_size": 3},
    "many pages": {"compression": "snappy", "data_page_size": 1, "write_batch_size": 2},
    "many pages of version 2": {
        "compression": "zstd",
        "data_page_size": 1,
        "write_batch_size": 2,
        "data_page_version": "2.0",
    },
    "no dictionary": {"compression": "none", "use_dictionary": False},
    "delta": {
        "compression": "snappy",
        "use_dictionary": False,
        "column_encoding": {"count": "DELTA_BINARY_PACKED", "text": "DELTA_BYTE_ARRAY"},
    },
}

files = []
for name, options in layouts.items():
    file = io.BytesIO()
    pq.write_table(table, file, **options)
    files.append([name, base64.b64encode(file.getvalue()).decode()])
print(json.dumps({"pyarrow": pa.__version__, "rows": rows, "files": files}, ensure_ascii=False))
