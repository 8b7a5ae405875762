"""Vectors of packages/scoring/src/baseline, from sklearn and bm25s.

  pip install scikit-learn==1.9.1 bm25s==0.3.16
  python bench/reference/baselines.py packages/scoring/src/baseline/fixtures
"""

import json
import random
import re
import sys
from pathlib import Path

import bm25s
import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neighbors import KNeighborsClassifier

from metrics import short

rng = random.Random(12)
WORDS = "the a fox Foxes jumps over lazy_dog, café naïve 你好 x I it's 3.50 (hi) \u00a0 red Red dog dogs don't Ångström".split(" ")


def text(most=8):
    return " ".join(rng.choices(WORDS, k=rng.randint(0, most)))


def tfidf():
    for _ in range(30):
        words = rng.random() < 0.5
        runs = rng.choice([[1, 1], [1, 2], [2, 3]] if words else [[2, 4], [3, 4], [1, 5]])
        least, sublinear = rng.choice([1, 1, 2]), rng.random() < 0.5
        texts, others = [text() for _ in range(6)] + ["fox dog red", "red fox dog jumps"], [text() for _ in range(3)]
        made = TfidfVectorizer(analyzer="word" if words else "char_wb", ngram_range=tuple(runs), min_df=least, sublinear_tf=sublinear)
        made.fit(texts)
        # Columns are in an order of each one's own: what they hold is compared by the products of rows.
        rows = made.transform(others + texts)
        yield {"texts": texts, "others": others, "options": {"units": "words" if words else "characters", "runs": runs,
               "leastTexts": least, "sublinear": sublinear}, "columns": rows.shape[1],
               "products": np.round((rows @ rows.T).toarray(), 9)}


def linear():
    for at in range(24):
        gen = np.random.default_rng(at)
        kind = ["one", "two", "several", "number"][at % 4]
        x = np.round(gen.normal(size=(30, 5)), 3)
        noise = np.round(x @ gen.normal(size=(5, 3)) + gen.normal(size=(30, 3)), 3)
        if kind == "number":
            y, predicted = noise[:, :1], Ridge(alpha=1.0).fit(x, noise[:, 0]).predict(x)[:, None]
        else:
            fit = lambda y: LogisticRegression(C=10, tol=1e-10, max_iter=5000).fit(x, y).predict_proba(x)
            if kind == "several":
                y = (noise > 0).astype(int)
                predicted = np.stack([fit(y[:, k])[:, 1] for k in range(3)], axis=1)
            else:
                y = noise[:, : 3 if kind == "one" else 2].argmax(axis=1)
                predicted = fit(y)
        yield {"kind": kind, "x": x, "y": y, "predicted": predicted}


def nearest():
    for at in range(20):
        gen = np.random.default_rng(100 + at)
        x, y = np.round(gen.normal(size=(25, 4)), 3), gen.integers(0, 3, size=25)
        asked = np.round(gen.normal(size=(4, 4)), 3)
        k = int(gen.integers(1, 6))
        model = KNeighborsClassifier(k, metric="cosine", weights=lambda d: np.maximum(0, 1 - d)).fit(x, y)
        near = model.kneighbors(asked)[0]
        # Where every neighbour points away there is no vote.
        yield {"known": x, "labels": y, "k": k, "asked": asked[near[:, 0] < 1], "nearest": model.predict(asked[near[:, 0] < 1])}


def bm25():
    tokens = lambda each: re.findall(r"[^\W_]+", each.lower())
    for _ in range(30):
        documents = [text(12) + " dog" for _ in range(6)]
        query = text(4) + " fox"
        model = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
        model.index([tokens(each) for each in documents], show_progress=False)
        known = {word for each in documents for word in tokens(each)}
        # bm25s counts a query's word as often as it stands there; so do we.
        asked = [word for word in tokens(query) if word in known]
        yield [documents, query, model.get_scores(asked) if asked else [0.0] * 6]


def main(folder):
    for name, cases in {"tfidf": tfidf(), "linear": linear(), "nearest": nearest(), "bm25": bm25()}.items():
        lines = [json.dumps(short(case), ensure_ascii=False, separators=(",", ":")) for case in cases]
        Path(folder, f"{name}.json").write_text("[\n" + ",\n".join(lines) + "\n]\n")


if __name__ == "__main__":
    main(sys.argv[1])
