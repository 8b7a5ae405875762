"""Reference values of the similarities that graders use: packages/scoring/src/fixtures/similarities.json.

  similarities.py <folder of fixtures>

GLEU and METEOR are NLTK's (METEOR without WordNet: no two words mean the same), fuzzy match is rapidfuzz's ratio,
ROUGE-3 to ROUGE-5 are rouge_score's.
"""
import json
import random
import sys
from pathlib import Path

import rapidfuzz
from nltk.translate.gleu_score import sentence_gleu
from nltk.translate.meteor_score import single_meteor_score
from rouge_score.rouge_scorer import RougeScorer

WORDS = "the a cat cats sat sitting on under mat mats dog ran runs running house über naïve 東京 😀 12 12.5 it's Fox, fox.".split()
RANDOM = random.Random(11)


class NoSynonyms:
    """In WordNet's place."""

    def synsets(self, _word):
        return []


def text(most=14):
    return " ".join(RANDOM.choice(WORDS) for _ in range(RANDOM.randint(0, most)))


def changed(original):
    words = original.split()
    for _ in range(RANDOM.randint(0, 4)):
        if not words:
            break
        at = RANDOM.randrange(len(words))
        words[at : at + RANDOM.randint(0, 2)] = [RANDOM.choice(WORDS) for _ in range(RANDOM.randint(0, 2))]
    if RANDOM.random() < 0.3:
        RANDOM.shuffle(words)
    return "  ".join(words) if RANDOM.random() < 0.2 else " ".join(words)


def main(folder):
    rouge = RougeScorer(["rouge3", "rouge4", "rouge5"])
    cases = []
    for _ in range(200):
        gold = text()
        predicted = changed(gold)
        left, right = gold.split(), predicted.split()
        scores = rouge.score(gold, predicted)
        cases.append(
            [
                gold,
                predicted,
                sentence_gleu([left], right) if left or right else 0,
                single_meteor_score(left, right, wordnet=NoSynonyms()),
                rapidfuzz.fuzz.ratio(gold, predicted) / 100,
                *(scores[name].fmeasure for name in ("rouge3", "rouge4", "rouge5")),
            ]
        )
    lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
    (folder / "similarities.json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
