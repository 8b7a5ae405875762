"""Writes small tokenizers of every family, and what Python's `tokenizers` makes of hard texts with them.

Run by hand, never by users:

    python3.11 -m venv .tools/python
    .tools/python/bin/pip install tokenizers sentencepiece protobuf
    .tools/python/bin/python bench/reference/tokenizer_families.py [--folder F] [--random N] [family ...]

Every tokenizer is trained here, on text that models/text generates and on lines in many languages, and has the
components of the published tokenizer.json it stands for. WordPiece and Unigram training differs a little from
run to run. Under packages/tokenizer/src/fixtures:
  texts.json              the texts that all families encode: hard ones, prose, and random strings
  <family>.json           a tokenizer.json
  <family>.ids.json       for each text [ids, decoded or null where that is the text again], for the first
                          texts the ids with special tokens, and random ids decoded
  <family>.offsets.json   for each text a flat list of UTF-16 positions, each less the one before it, and windows
                          over pairs of texts
"""

import argparse
import json
import random
from pathlib import Path

from tokenizer_files import FAMILIES
from tokenizer_texts import HARD, MULTILINGUAL, PAIRS, ROOT, documents, fuzz
from tokenizers import Encoding, Tokenizer

FIXTURES = ROOT / "packages" / "tokenizer" / "src" / "fixtures"


def units(text: str, offsets: list[tuple[int, int]]) -> list[int]:
    """Positions in UTF-16 units, flat, from positions in code points."""
    places = [0]
    for char in text:
        places.append(places[-1] + (2 if ord(char) > 0xFFFF else 1))
    return [places[at] for pair in offsets for at in pair]


def steps(positions: list[int]) -> list[int]:
    return [at - before for at, before in zip(positions, [0, *positions])]


def decode(tokenizer: Tokenizer, ids: list[int], skip: bool, text: str | None = None) -> str | None:
    decoded = tokenizer.decode(ids, skip_special_tokens=skip)
    return None if decoded == text else decoded


def windows(tokenizer: Tokenizer, pair: tuple) -> list[dict]:
    """Cut with Encoding.truncate, for truncation while encoding differs between versions of the library.

    Type ids and offsets are those of the whole: processing a part again takes its first token for the first
    of the text.
    """
    question, context, room, stride = pair
    whole = tokenizer.encode(question, context)
    type_of = dict(zip(whole.sequence_ids, whole.type_ids))
    first = tokenizer.encode(question, add_special_tokens=False)
    second = tokenizer.encode(context, add_special_tokens=False)
    if len(second.ids) > room:
        second.truncate(room, stride=stride)
    out = []
    for part in [second, *second.overflowing]:
        # A merged copy has no overflow; post_process would go through that too.
        both = tokenizer.post_process(first, Encoding.merge([part])) if second.overflowing else whole
        places = [iter(units(question, first.offsets)), iter(units(context, part.offsets))]
        offsets = [
            0 if which is None else next(places[which]) for which in both.sequence_ids for _ in ("start", "end")
        ]
        out.append(
            {
                "ids": both.ids,
                "typeIds": [
                    type_id if which is None else type_of[which]
                    for which, type_id in zip(both.sequence_ids, both.type_ids)
                ],
                "special": both.special_tokens_mask,
                "sequences": [-1 if which is None else which for which in both.sequence_ids],
                "offsets": offsets,
            }
        )
    return out


def record(name: str, file: dict, texts: list[str]) -> tuple[dict, dict]:
    tokenizer = Tokenizer.from_str(json.dumps(file))
    rng = random.Random(name)
    encodings = [tokenizer.encode(text, add_special_tokens=False) for text in texts]
    size = tokenizer.get_vocab_size()
    lists = [[rng.randrange(size) for _ in range(rng.randint(0, 12))] for _ in range(60)]
    none = tokenizer.encode("", add_special_tokens=False)
    pairs = []
    for pair in PAIRS:
        fixed = len(tokenizer.post_process(tokenizer.encode(pair[0], add_special_tokens=False), none).ids)
        cut = windows(tokenizer, pair)
        pairs.append({"maxTokens": fixed + pair[2], "stride": pair[3], "windows": cut})
    ids = {
        "texts": [[e.ids, decode(tokenizer, e.ids, False, text)] for text, e in zip(texts, encodings)],
        "special": [tokenizer.encode(text).ids for text in texts[:12]],
        "decoded": [[ids, decode(tokenizer, ids, False), decode(tokenizer, ids, True)] for ids in lists],
    }
    offsets = [steps(units(text, e.offsets)) for text, e in zip(texts, encodings)]
    return ids, {"texts": offsets, "pairs": pairs}


def write(path: Path, value: object) -> None:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"
    path.write_text(text)
    print(f"{path.name}: {len(text.encode())} bytes")


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("families", nargs="*", default=list(FAMILIES))
    options.add_argument("--folder", type=Path, default=FIXTURES)
    options.add_argument("--random", type=int, default=220)
    given = options.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    generated = documents()
    corpus = [*generated, *MULTILINGUAL]
    texts = [*HARD, *MULTILINGUAL, *(text[:160] for text in generated[:8]), *fuzz(2026, given.random)]
    write(given.folder / "texts.json", {"texts": texts, "pairs": [pair[:2] for pair in PAIRS]})
    for name in given.families:
        parts = FAMILIES[name](corpus)
        base = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": None,
                "pre_tokenizer": None, "post_processor": None, "decoder": None}  # fmt: skip
        file = {**base, **parts}
        write(given.folder / f"{name}.json", file)
        ids, offsets = record(name, file, texts)
        write(given.folder / f"{name}.ids.json", ids)
        write(given.folder / f"{name}.offsets.json", offsets)


if __name__ == "__main__":
    main()
