"""What `UnigramTrainer` of Hugging Face's tokenizers learns from a text, and how it then reads: the vectors of
packages/tokenizer/src/learn/train-unigram.test.ts.

    python bench/reference/unigram_trainer.py LICENSE packages/tokenizer/src/fixtures/unigram-trainer.json
"""

import json
import sys

from tokenizers import Tokenizer, models, pre_tokenizers, trainers

source, target = sys.argv[1:]
with open(source, encoding="utf-8") as file:
    lines = [line.strip() for line in file.read().split("\n") if line.strip()]

texts = lines[::17] + ["Licensors 2.0", "Ω and 😀 are unknown", "  two  spaces"]
cases = []
for size in (400, 2000):
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first")
    trainer = trainers.UnigramTrainer(
        vocab_size=size, special_tokens=["<unk>", "<s>"], unk_token="<unk>", show_progress=False
    )
    tokenizer.train_from_iterator(lines, trainer)
    vocab = json.loads(tokenizer.to_str())["model"]["vocab"]
    cases.append({"size": size, "vocab": vocab, "ids": [tokenizer.encode(text).ids for text in texts]})

with open(target, "w", encoding="utf-8") as file:
    json.dump({"texts": texts, "cases": cases}, file, ensure_ascii=False)
    file.write("\n")
