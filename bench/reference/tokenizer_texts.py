"""What tokenizer_families.py trains tokenizers on and encodes with them."""

import json
import random
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]

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
