"""The tokenizer.json of each family: the components that the published ones have."""

from tokenizer_parts import (
    added,
    byte_bpe,
    byte_level,
    charsmap,
    numbered,
    sentencepiece_bpe,
    sequence,
    split,
    template,
    unigram,
    word_piece,
)
from tokenizers import normalizers

GPT2 = r"""'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"""
LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
QWEN2 = LLAMA3.replace("{1,3}", "")

MARK = {"String": "▁"}
SPACE_TO_MARK = {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}
MARK_TO_SPACE = {"type": "Replace", "pattern": MARK, "content": " "}
BYTES = byte_level(True, True)
LLAMA_DECODER = sequence(
    "decoders",
    MARK_TO_SPACE,
    {"type": "ByteFallback"},
    {"type": "Fuse"},
    {"type": "Strip", "content": " ", "start": 1, "stop": 0},
)
BERT_SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def gpt2(corpus):
    ids = numbered(["<|endoftext|>"])
    return dict(
        added_tokens=added(ids, normalized=True), pre_tokenizer=byte_level(False, True),
        post_processor=byte_level(True, False), decoder=BYTES, model=byte_bpe(corpus, list(ids)),
    )  # fmt: skip


def roberta(corpus, prefix=False):
    ids = numbered(["<s>", "<pad>", "</s>", "<unk>", "<mask>"])
    mask = {"<mask>": ids["<mask>"]}
    plain = {name: id for name, id in ids.items() if name != "<mask>"}
    return dict(
        added_tokens=[*added(plain, normalized=True), *added(mask, lstrip=True)],
        pre_tokenizer=byte_level(prefix, True),
        post_processor={"type": "RobertaProcessing", "sep": ["</s>", 2], "cls": ["<s>", 0],
                        "trim_offsets": True, "add_prefix_space": prefix},
        decoder=BYTES, model=byte_bpe(corpus, list(ids)),
    )  # fmt: skip


def llama3(corpus):
    names = ["<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"]
    model = byte_bpe(corpus, [])
    ids = numbered(names, len(model["vocab"]))
    begin = {names[0]: ids[names[0]]}
    return dict(
        added_tokens=added(ids),
        pre_tokenizer=sequence("pretokenizers", split(LLAMA3), byte_level(False, True, False)),
        post_processor=sequence(
            "processors", byte_level(True, False),
            template([names[0] + ":0", "A:0"], [names[0] + ":0", "A:0", names[0] + ":1", "B:1"], begin),
        ),
        decoder=BYTES, model={**model, "ignore_merges": True},
    )  # fmt: skip


def qwen(corpus):
    model = byte_bpe(corpus, [])
    ids = numbered(["<|endoftext|>", "<|im_start|>", "<|im_end|>"], len(model["vocab"]))
    plain = numbered(["<think>", "</think>", "<tool_call>", "</tool_call>"], len(model["vocab"]) + 3)
    return dict(
        added_tokens=[*added(ids), *added(plain, special=False)],
        normalizer={"type": "NFC"},
        pre_tokenizer=sequence("pretokenizers", split(QWEN2), byte_level(False, False, False)),
        post_processor=byte_level(False, False, False), decoder=byte_level(False, False, False), model=model,
    )  # fmt: skip


def smollm2(corpus):
    ids = numbered(["<|endoftext|>", "<|im_start|>", "<|im_end|>"])
    return dict(
        added_tokens=added(ids),
        pre_tokenizer=sequence(
            "pretokenizers", {"type": "Digits", "individual_digits": True}, byte_level(False, True)
        ),
        decoder=BYTES, model=byte_bpe(corpus, list(ids)),
    )  # fmt: skip


def modernbert(corpus):
    ids = numbered(BERT_SPECIAL)
    plain = {name: id for name, id in ids.items() if name != "[MASK]"}
    return dict(
        added_tokens=[*added(plain), *added({"[MASK]": 4}, lstrip=True)],
        normalizer={"type": "NFC"}, pre_tokenizer=byte_level(False, True),
        post_processor=template(["[CLS]:0", "A:0", "[SEP]:0"], ["[CLS]:0", "A:0", "[SEP]:0", "B:0", "[SEP]:0"], ids),
        decoder=byte_level(False, True), model=byte_bpe(corpus, list(ids)),
    )  # fmt: skip


def llama2(corpus):
    ids = numbered(["<unk>", "<s>", "</s>"])
    return dict(
        added_tokens=added(ids),
        normalizer=sequence("normalizers", {"type": "Prepend", "prepend": "▁"}, SPACE_TO_MARK),
        post_processor=template(["<s>:0", "A:0"], ["<s>:0", "A:0", "<s>:1", "B:1"], {"<s>": 1}),
        decoder=LLAMA_DECODER, model=sentencepiece_bpe(corpus, list(ids)),
    )  # fmt: skip


def mistral(corpus):
    """The later layout: a Metaspace pre-tokenizer that does not cut and writes one mark at the very start."""
    return {
        **llama2(corpus),
        "normalizer": None,
        "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": False},
    }


def phi3(corpus):
    base = llama2(corpus)
    count = len(base["model"]["vocab"])
    names = ["<|endoftext|>", "<|assistant|>", "<|system|>", "<|end|>", "<|user|>"]
    # As published: </s> is not special and takes what follows, as do the tokens of turns.
    return {
        **base,
        "added_tokens": [
            *added({"<unk>": 0, "<s>": 1}), *added({"</s>": 2}, special=False, rstrip=True),
            *added({names[0]: count}), *added(numbered(names[1:], count + 1), rstrip=True),
        ],
        "post_processor": template(["A:0"], ["A:0", "B:1"], {}),
    }  # fmt: skip


def gemma(corpus):
    ids = numbered(["<pad>", "<eos>", "<bos>", "<unk>", "<mask>"])
    turns = numbered(["<start_of_turn>", "<end_of_turn>"], 5)
    blanks = numbered(["\n", "\n\n", "▁▁", "▁▁▁"], 7)
    model = sentencepiece_bpe(corpus, [*ids, *turns, *blanks], whole_lines=True)
    return dict(
        added_tokens=[*added(ids), *added(turns), *added(blanks, special=False)],
        normalizer=SPACE_TO_MARK,
        pre_tokenizer={"type": "Split", "pattern": {"String": " "}, "behavior": "MergedWithPrevious", "invert": False},
        post_processor=template(["<bos>:0", "A:0"], ["<bos>:0", "A:0", "<bos>:1", "B:1"], {"<bos>": 2}),
        decoder=sequence("decoders", MARK_TO_SPACE, {"type": "ByteFallback"}, {"type": "Fuse"}), model=model,
    )  # fmt: skip


def bert(corpus, lowercase=True):
    ids = numbered(BERT_SPECIAL)
    normalizer = {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True,
                  "strip_accents": None, "lowercase": lowercase}  # fmt: skip
    pair = ["[CLS]:0", "A:0", "[SEP]:0", "B:1", "[SEP]:1"]
    cased = {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]}
    return dict(
        added_tokens=added(ids), normalizer=normalizer, pre_tokenizer={"type": "BertPreTokenizer"},
        post_processor=template(pair[:3], pair, ids) if lowercase else cased,
        decoder={"type": "WordPiece", "prefix": "##", "cleanup": True},
        model=word_piece(corpus, list(ids), normalizers.BertNormalizer(lowercase=lowercase)),
    )  # fmt: skip


METASPACE = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True}


def t5(corpus):
    ids = numbered(["<pad>", "</s>", "<unk>"])
    extra = {"<extra_id_0>": 500, "<extra_id_1>": 501}
    model = unigram(corpus, list(ids), "<unk>")
    model["vocab"] = [*model["vocab"], *([name, 0.0] for name in extra)]
    extra = {name: len(model["vocab"]) - 2 + i for i, name in enumerate(extra)}
    return dict(
        added_tokens=added({**ids, **extra}),
        normalizer={"type": "Precompiled", "precompiled_charsmap": charsmap(corpus)},
        pre_tokenizer=sequence("pretokenizers", {"type": "WhitespaceSplit"}, METASPACE),
        post_processor=template(["A:0", "</s>:0"], ["A:0", "</s>:0", "B:0", "</s>:0"], {"</s>": 1}),
        decoder=METASPACE, model=model,
    )  # fmt: skip


def xlmr(corpus):
    ids = numbered(["<s>", "<pad>", "</s>", "<unk>"])
    model = unigram(corpus, list(ids), "<unk>")
    model["vocab"] = [*model["vocab"], ["<mask>", 0.0]]
    mask = {"<mask>": len(model["vocab"]) - 1}
    pair = ["<s>:0", "A:0", "</s>:0", "</s>:0", "B:0", "</s>:0"]
    return dict(
        added_tokens=[*added(ids), *added(mask, lstrip=True)],
        normalizer=sequence(
            "normalizers", {"type": "Precompiled", "precompiled_charsmap": charsmap(corpus)},
            {"type": "Strip", "strip_left": False, "strip_right": True},
            {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": "▁"},
        ),
        pre_tokenizer=METASPACE, post_processor=template(pair[:3], pair, ids), decoder=METASPACE, model=model,
    )  # fmt: skip


def unigram_bytes(corpus):
    """Unigram with byte fallback, and the normalizers and pre-tokenizers that no family above has."""
    names = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256))]
    model = unigram(corpus[:-15], [], None, 250)
    scored = [*([name, 0.0] for name in names), *model["vocab"]]
    return dict(
        added_tokens=[
            *added(numbered(names[:3])),
            *added({"order": len(scored)}, special=False, single_word=True, normalized=True),
        ],
        normalizer=sequence(
            "normalizers", {"type": "NFKD"}, {"type": "StripAccents"}, {"type": "Lowercase"},
            {"type": "Strip", "strip_left": True, "strip_right": True},
            {"type": "Replace", "pattern": {"Regex": "[\\n\\t]+"}, "content": " / "},
        ),
        pre_tokenizer=sequence(
            "pretokenizers", {"type": "Punctuation", "behavior": "MergedWithNext"},
            {"type": "Split", "pattern": {"Regex": "\\d+"}, "behavior": "Contiguous", "invert": True}, METASPACE,
        ),
        decoder=sequence("decoders", {"type": "ByteFallback"}, METASPACE),
        model={**model, "vocab": scored, "unk_id": 0, "byte_fallback": True},
    )  # fmt: skip


FAMILIES = {
    "gpt2": gpt2,
    "roberta": roberta,
    "roberta-prefix-space": lambda corpus: roberta(corpus, prefix=True),
    "llama3": llama3,
    "qwen": qwen,
    "smollm2": smollm2,
    "modernbert": modernbert,
    "llama2": llama2,
    "mistral": mistral,
    "phi3": phi3,
    "gemma": gemma,
    "bert-uncased": bert,
    "bert-cased": lambda corpus: bert(corpus, lowercase=False),
    "t5": t5,
    "xlm-roberta": xlmr,
    "unigram-bytes": unigram_bytes,
}
