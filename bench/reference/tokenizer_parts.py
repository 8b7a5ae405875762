"""Parts of tokenizer.json files, and models trained for them."""

import base64
import json
import tempfile
import unicodedata
from pathlib import Path

import sentencepiece
from sentencepiece import sentencepiece_model_pb2
from tokenizers import Tokenizer, models, pre_tokenizers, trainers


def added(ids: dict[str, int], special: bool = True, **options: bool) -> list[dict]:
    base = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False}
    return [{"id": id, "content": content, **base, "special": special, **options} for content, id in ids.items()]


def template(single: list, pair: list, ids: dict[str, int]) -> dict:
    def piece(entry: str) -> dict:
        name, type_id = entry.split(":")
        kind = "Sequence" if name in ("A", "B") else "SpecialToken"
        return {kind: {"id": name, "type_id": int(type_id)}}

    return {
        "type": "TemplateProcessing",
        "single": [piece(entry) for entry in single],
        "pair": [piece(entry) for entry in pair],
        "special_tokens": {name: {"id": name, "ids": [id], "tokens": [name]} for name, id in ids.items()},
    }


def byte_level(prefix: bool, trim: bool, regex: bool = True) -> dict:
    return {"type": "ByteLevel", "add_prefix_space": prefix, "trim_offsets": trim, "use_regex": regex}


def split(pattern: str) -> dict:
    return {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": False}


def sequence(key: str, *parts: dict) -> dict:
    return {"type": "Sequence", key: list(parts)}


def train_bpe(corpus: list[str], pre_tokenizer, size: int, alphabet: list[str], special: list[str]) -> dict:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizer
    trainer = trainers.BpeTrainer(
        vocab_size=size, initial_alphabet=alphabet, special_tokens=special, show_progress=False
    )
    tokenizer.train_from_iterator(corpus, trainer)
    return json.loads(tokenizer.to_str())["model"]


def byte_bpe(corpus: list[str], special: list[str], size: int = 700) -> dict:
    bytes_ = pre_tokenizers.ByteLevel(add_prefix_space=False)
    return train_bpe(corpus, bytes_, size, pre_tokenizers.ByteLevel.alphabet(), special)


def sentencepiece_bpe(corpus: list[str], special: list[str], whole_lines: bool = False) -> dict:
    """BPE over characters with the ids of SentencePiece: special tokens, 256 bytes, merged pieces, characters."""
    pieces = pre_tokenizers.Metaspace(prepend_scheme="never", split=not whole_lines)
    lines = [line for text in corpus for line in text.split("\n")]
    model = train_bpe(lines, pieces, 420, [], [])
    names = [*special, *(f"<0x{byte:02X}>" for byte in range(256))]
    # Characters that only the multilingual lines have stay out, so that they fall back to bytes.
    frequent = {char for text in corpus[:-15] for char in text}
    kept = [e for e in model["vocab"] if len(e) > 1 or e in frequent or e in "▁éèüñöа"]
    kept = [e for e in kept if all(char in kept for char in e)]
    merges = [merge for merge in model["merges"] if all(part in kept for part in (*merge, "".join(merge)))]
    vocab = {entry: id for id, entry in enumerate([*names, *(entry for entry in kept if entry not in names)])}
    return {**model, "vocab": vocab, "merges": merges, "unk_token": "<unk>", "fuse_unk": True, "byte_fallback": True}


def charsmap(corpus: list[str]) -> str:
    """A compiled SentencePiece map with a part of nmt_nfkc's rules."""
    rules = {}
    for first, last in [(0xA0, 0xFF), (0x132, 0x133), (0x2000, 0x200A), (0x2150, 0x2188), (0x2460, 0x2473),
                        (0x3000, 0x3000), (0xFB00, 0xFB06), (0xFF01, 0xFF9F), (0x1D400, 0x1D454), (0x1D7D8, 0x1D7E1)]:  # fmt: skip
        for code in range(first, last + 1):
            folded = unicodedata.normalize("NFKC", chr(code))
            if folded != chr(code):
                rules[chr(code)] = folded
    for base in "aeiounAEIOUNc":
        for mark in "\u0300\u0301\u0302\u0303\u0308\u0323\u0327":
            composed = unicodedata.normalize("NFKC", base + mark)
            if len(composed) == 1:
                rules[base + mark] = composed
    for code in [*range(0x01, 0x20), 0x7F, 0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF]:
        rules[chr(code)] = " " if chr(code) in "\t\n\r" else ""
    rules["\r\n"] = " "

    def codes(text: str) -> str:
        return " ".join(f"{ord(char):X}" for char in text)

    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "rules.tsv"
        table.write_text("".join(f"{codes(key)}\t{codes(value)}\n" for key, value in rules.items()))
        lines = Path(folder) / "lines.txt"
        lines.write_text("\n".join(corpus))
        sentencepiece.SentencePieceTrainer.train(
            input=str(lines), model_prefix=f"{folder}/model", vocab_size=400, hard_vocab_limit=False,
            normalization_rule_tsv=str(table), minloglevel=2,
        )  # fmt: skip
        model = sentencepiece_model_pb2.ModelProto.FromString((Path(folder) / "model.model").read_bytes())
    return base64.b64encode(model.normalizer_spec.precompiled_charsmap).decode()


def unigram(corpus: list[str], special: list[str], unknown: str, size: int = 500) -> dict:
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=size, special_tokens=special, unk_token=unknown, show_progress=False
    )
    tokenizer.train_from_iterator(corpus, trainer)
    return json.loads(tokenizer.to_str())["model"]


def word_piece(corpus: list[str], special: list[str], normalizer) -> dict:
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(
        vocab_size=800, special_tokens=special, limit_alphabet=260, show_progress=False
    )
    tokenizer.train_from_iterator(corpus, trainer)
    return json.loads(tokenizer.to_str())["model"]


def numbered(names: list[str], first: int = 0) -> dict[str, int]:
    return {name: first + i for i, name in enumerate(names)}
