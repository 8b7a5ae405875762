"""Writes small tokenizers of every family, and what Python's `tokenizers` makes of hard texts with them.

Run by hand, never by users:

    python3.11 -m venv .tools/python
    .tools/python/bin/pip install tokenizers sentencepiece protobuf
    .tools/python/bin/python bench/reference/tokenizer_families.py [--folder F] [--random N] [family ...]

Every tokenizer is trained here, on text that models/text generates and on the lines below, and has the
components of the published tokenizer.json it stands for. Under packages/tokenizer/src/fixtures:
  texts.json              the texts that all families encode: hard ones, prose, and random strings
  <family>.json           a tokenizer.json
  <family>.ids.json       for each text [ids, decoded or null where that is the text again], for the first
                          texts the ids with special tokens, and random ids decoded
  <family>.offsets.json   for each text a flat list of UTF-16 positions, each less the one before it, and windows
                          over pairs of texts
"""

import argparse
import base64
import json
import random
import subprocess
import tempfile
import unicodedata
from pathlib import Path

import sentencepiece
from sentencepiece import sentencepiece_model_pb2
from tokenizers import AddedToken, Encoding, Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "packages" / "tokenizer" / "src" / "fixtures"

GPT2 = r"""'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"""
LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
QWEN2 = LLAMA3.replace("{1,3}", "")

MULTILINGUAL = [
    "Wo bleibt meine Bestellung? Größe XL, Straße 12, 8010 Graz – danke schön!",
    "Où est ma commande ? J'ai payé 25,90 € il y a déjà dix jours, c'est étrange.",
    "¿Dónde está mi pedido? El niño compró una piñata el año pasado.",
    "Gdzie jest moje zamówienie? Proszę o szybką odpowiedź, dziękuję.",
    "Где мой заказ? Пожалуйста, ответьте быстрее. Спасибо большое!",
    "Πού είναι η παραγγελία μου; Σας ευχαριστώ πολύ. ΟΔΟΣ ΣΟΦΙΑΣ",
    "我的订单在哪里？请尽快回复，谢谢。今天天气很好。",
    "注文した商品はどこですか。早めに返事をください。ありがとう。",
    "제 주문은 어디에 있나요? 빨리 답변해 주세요. 감사합니다.",
    "أين طلبي؟ من فضلك أجب بسرعة، شكرا جزيلا لك.",
    "איפה ההזמנה שלי? תודה רבה לך על העזרה המהירה.",
    "मेरा ऑर्डर कहाँ है? कृपया जल्दी जवाब दें, धन्यवाद।",
    "คำสั่งซื้อของฉันอยู่ที่ไหน ขอบคุณมาก",
    "Đơn hàng của tôi ở đâu? Cảm ơn bạn rất nhiều.",
    "İstanbul'da siparişim nerede? Teşekkür ederim, IŞIK ılık.",
]

HARD = [
    "",
    " ",
    "   ",
    "\n",
    "\t\ttabs\tand \n newlines\r\n\r\nhere",
    "\0",
    "nul\0in\0side",
    "\x01\x02 control \x7f\x80\x9f characters \u200b\u200d\u2060\ufeff end",
    "\ufeffbyte order mark",
    "\ufffd replacement \ufffd",
    "👍 thumbs 👩‍👩‍👧‍👦 family 🏳️‍🌈 flag 🇦🇹 skin 👋🏽",
    "𝕳𝖊𝖑𝖑𝖔 𝟙𝟚𝟛 𠮷野家 𪜀𫝀",
    "e\u0301cole cafe\u0301 n\u0303 a\u0323\u0302 \u0301alone A\u030a",
    "école café ñ ậ Å ﬁ ﬂ ½ ² Ⅷ ① ㎞ ｆｕｌｌ　ｗｉｄｔｈ ﾊﾟ",
    "\u1112\u1161\u11ab\u1100\u1173\u11af 한글 \ud55c",
    "İSTANBUL ΑΣ ΣΑΣ ẞ ǅ DŽ ŉ ſ K",
    "שָׁלוֹם عَلَيْكُم नमस्ते ไทย",
    "你好，世界！中文and英文mixed混合 日本語テキスト",
    "\u3000ideographic\u3000space\u00a0nbsp\u2003em\u2028line\u2029para\u0085next",
    "a" * 150,
    "supercalifragilisticexpialidocious" * 3,
    "é" * 30 + "漢" * 20,
    "one  two   three    four     five",
    " leading and trailing ",
    "  two leading",
    "don't I'll we've SHE'S they'RE i'm 'tis o'clock ' s n 't do not",
    "12345 3.14 1,000,000 ٣٤٥ ４５ 1e-9 0x1F 2026-11-21",
    "!!! ??? ... --- ''' \"\"\" ((()))[]{}<>|\\/@#$%^&*_+=~`",
    "snake_case camelCase kebab-case path/to/file.ts https://example.com/?q=1&r=2#x",
    "def f(x):\n    return x + 1  # ok\n\n\n\nclass A:\n\tpass\n",
    "<s>look</s> <unk><pad> [CLS] a [SEP] b[MASK] [UNK] <mask> x<mask>y <|endoftext|>",
    "<|im_start|>user\nhi<|im_end|> <|begin_of_text|><|eot_id|> <bos><eos><start_of_turn>user<end_of_turn>",
    "<|user|>\n hi <|end|>\n<|assistant|> <|system|>x <think>no</think> <tool_call>",
    "<0x41> <0xE5><0xA4> ▁ ▁▁ a▁b ▁lead ##ing Ġ Ċ",
    "< s > <S> <|IM_START|> [cls] [mask]",
    "word.Word,word;word:word!word?word (word) “quoted” ‘single’ «guillemets» — dash – en",
    "\u202eright to left override\u202c and \u2066isolates\u2069",
    "Zalgo t\u0335\u0322\u0321h\u0334e\u0337\u0353 text",
    ".",
    "a",
    " a",
    "é",
    "▁",
    "🦄",
    "Å𝄞\u0301🦄\u200d",
]

# A question, a context, how many tokens of the context fit, and how many two windows share.
PAIRS = [
    ("Where is my order?", "Your order left the warehouse on Monday. It arrives on Thursday at noon.", 7, 2),
    ("Who?", "The agent.", 50, 0),
    ("", "Only a context, and nothing asked.", 9, 0),
    ("Qué  día 👍?", "Café naïve 東京 👩‍👩‍👧‍👦 arrives on Thursday, İstanbul, at noon 12:45.", 12, 4),
    ("when does it arrive", "It arrives on Thursday. " * 4, 20, 10),
]

# Assigned long ago, so that the two sides' Unicode tables agree.
RANGES = [
    (0x20, 0x7E), (0x61, 0x7A), (0x61, 0x7A), (0x41, 0x5A), (0x30, 0x39), (0x00, 0x1F), (0x7F, 0xA0),
    (0xA1, 0x17F), (0x300, 0x36F), (0x391, 0x3A1), (0x3A3, 0x3C9), (0x410, 0x44F), (0x5D0, 0x5EA), (0x621, 0x64A),
    (0x64B, 0x652), (0x660, 0x669), (0x905, 0x939), (0xE01, 0xE30), (0x1100, 0x1112), (0x1161, 0x1175),
    (0x11A8, 0x11C2), (0x1E00, 0x1EFF), (0x2000, 0x200F), (0x2028, 0x202F), (0x2070, 0x2071), (0x2150, 0x2188),
    (0x3041, 0x3096), (0x4E00, 0x9FA5), (0xAC00, 0xD7A3), (0xFB00, 0xFB06), (0xFE00, 0xFE0F), (0xFF01, 0xFF5E),
    (0x1D400, 0x1D454), (0x1F600, 0x1F64F), (0x20000, 0x2A6D6), (0xE000, 0xE0FF),
]  # fmt: skip
FRAGMENTS = [
    " ", " ", "  ", "     ", "\r\n", "\n\n", "\t", "\u200d", "👩‍👩‍👧‍👦", "e\u0301", "don't", "'S", "ſ", "12345", "3.14", " the",
    "order", "Ⅷ½²", "<s>", "</s>", "[MASK]", "<mask>", "<|end|>", "<think>", "▁", "##", "\u0085", "\u00a0",
    "\u3000", "!!!", "…", " \n ", " do not", "naïve", "Σ", "İ",
]  # fmt: skip


def fuzz(seed: int, count: int) -> list[str]:
    rng = random.Random(seed)
    texts = []
    for _ in range(count):
        parts = []
        for _ in range(rng.randint(1, 11)):
            if rng.random() < 0.4:
                parts.append(rng.choice(FRAGMENTS))
            else:
                parts.append(chr(rng.randint(*rng.choice(RANGES))))
        texts.append("".join(parts))
    return texts


def documents() -> list[str]:
    """Text of the project's own generator, which is TypeScript."""
    code = (
        "import { documents } from './models/text/documents.ts';"
        "const source = documents(7);"
        "console.log(JSON.stringify(Array.from({ length: 300 }, () => source.next().value)))"
    )
    printed = subprocess.run(
        ["node", "--input-type=module", "-e", code], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return json.loads(printed.stdout)


# Tokenizers, as tokenizer.json


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


# What the library makes of texts


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
