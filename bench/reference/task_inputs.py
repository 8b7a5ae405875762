"""Writes what transformers' fast tokenizers make of tagged words, long texts and questions with their contexts.

Run by hand, never by users:

    .tools/python/bin/python bench/reference/task_inputs.py

Reads the tokenizers that tokenizer_families.py wrote. Writes packages/tokenizer/src/fixtures/task-inputs.json: for
each family
  words    [ids, word_ids with -1 for none] of word lists (is_split_into_words); null for families of which a list
           of words gives other tokens than the words with blanks between, or none
  windows  of long texts with a stride (return_overflowing_tokens): ids
  answers  of run_qa.py: [ids, start, end] for each window, 0 and 0 where it holds no answer
Types and offsets of whole pairs are in <family>.offsets.json: those of windows differ between versions of the library.
"""

import json
from pathlib import Path

from transformers import PreTrainedTokenizerFast

from tokenizer_families import FIXTURES

FAMILIES = ["bert-uncased", "bert-cased", "roberta-prefix-space", "roberta", "modernbert", "xlm-roberta", "t5",
            "unigram-bytes", "llama2", "gemma"]  # fmt: skip
PARTED = ["bert-uncased", "bert-cased", "roberta-prefix-space", "xlm-roberta", "t5"]
WORDS = [
    ["Anna", "Meyer", "lives", "in", "Graz", "."],
    ["My", "order", "B-1042", "isn't", "here", "(", "yet", ")", ",", "is", "it", "?"],
    ["unbelievableness", "of", "electroencephalography"],
    ["Größe", "İstanbul", "Dvořák", "北京大学", "👍🏽", "n't", "3.50€"],
    ["one"],
    ["U.S.A.", "'s", "``", "''", "--", "..."],
]
TEXTS = ["Your order left the warehouse on Monday. It arrives on Thursday at noon.", "Grüße 👍 aus İstanbul " * 3, "a"]
CONTEXT = "👍 Grüße! The parcel of Anna Meyer left Graz on Monday, and it arrives in İstanbul on Thursday at 12:45."
ANSWERS = ["Anna Meyer", "Graz", "İstanbul", "Thursday at 12:45.", "arcel", "👍", "Grüße", None]


def word_ids(tokenizer: PreTrainedTokenizerFast, words: list[str]) -> list:
    encoded = tokenizer(words, is_split_into_words=True)
    return [encoded["input_ids"], [-1 if word is None else word for word in encoded.word_ids()]]


def windows(tokenizer: PreTrainedTokenizerFast, text: str) -> list:
    return tokenizer(text, truncation=True, max_length=16, stride=4, return_overflowing_tokens=True)["input_ids"]


def answers(tokenizer: PreTrainedTokenizerFast, answer: str | None) -> list:
    """prepare_train_features of transformers' examples/pytorch/question-answering/run_qa.py."""
    encoded = tokenizer(
        "Where?",
        CONTEXT,
        truncation="only_second",
        max_length=28,
        stride=6,
        return_overflowing_tokens=True,
        return_offsets_mapping=True,
    )
    out = []
    for i, offsets in enumerate(encoded["offset_mapping"]):
        ids = encoded["input_ids"][i]
        sequence_ids = encoded.sequence_ids(i)
        start, end = 0, 0
        if answer is not None:
            start_char = CONTEXT.index(answer)
            end_char = start_char + len(answer)
            first = sequence_ids.index(1)
            last = len(ids) - 1
            while sequence_ids[last] != 1:
                last -= 1
            if offsets[first][0] <= start_char and offsets[last][1] >= end_char:
                while first < len(offsets) and sequence_ids[first] == 1 and offsets[first][0] <= start_char:
                    first += 1
                start = first - 1
                while sequence_ids[last] == 1 and offsets[last][1] >= end_char:
                    last -= 1
                end = last + 1
        out.append([ids, start, end])
    return out


def record(family: str) -> dict:
    tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(FIXTURES / f"{family}.json"))
    return {
        "words": [word_ids(tokenizer, words) for words in WORDS] if family in PARTED else None,
        "windows": [windows(tokenizer, text) for text in TEXTS],
        "answers": [answers(tokenizer, answer) for answer in ANSWERS],
    }


def main() -> None:
    file = {
        "words": WORDS,
        "texts": TEXTS,
        "context": CONTEXT,
        "answers": ANSWERS,
        "families": {family: record(family) for family in FAMILIES},
    }
    text = json.dumps(file, ensure_ascii=False, separators=(",", ":")) + "\n"
    Path(FIXTURES / "task-inputs.json").write_text(text)
    print(f"{len(text.encode())} bytes")


if __name__ == "__main__":
    main()
