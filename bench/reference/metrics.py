"""Vectors of packages/scoring: 200 generated cases a metric, from the package that is the reference for it.

  pip install scikit-learn==1.9.1 scipy==1.17.1 seqeval==1.2.2 rouge_score==0.1.2 sacrebleu==2.6.0 statsmodels==0.15.0
  python bench/reference/metrics.py <squad_metrics.py> <folder of the fixtures>

squad_metrics.py is `transformers/data/metrics/squad_metrics.py` of transformers 4.57.1 (a later one has none): SQuAD's own
evaluate-v2.0.py with its names kept.
"""

import json
import random
import sys
import types
import warnings
from pathlib import Path

import numpy as np
import scipy.stats
import sklearn.metrics as sk
from rouge_score.rouge_scorer import RougeScorer
from sacrebleu.metrics import BLEU, CHRF
from seqeval.metrics import classification_report
from seqeval.scheme import BILOU, IOB1, IOB2, IOBES, IOE2
from statsmodels.stats.multitest import multipletests

warnings.filterwarnings("ignore")
CASES = 200
rng = random.Random(11)


def short(value):
    if isinstance(value, dict):
        return {key: short(each) for key, each in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [short(each) for each in value]
    if isinstance(value, (float, np.floating)):
        return float(f"{value:.12g}")
    return int(value) if isinstance(value, np.integer) else value


def kappa():
    for _ in range(CASES):
        labels = [f"l{i}" for i in range(rng.randint(2, 6))]
        judge = rng.choices(labels, k=rng.randint(1, 40))
        person = [one if rng.random() < 0.5 else rng.choice(labels) for one in judge]
        value = sk.cohen_kappa_score(judge, person)
        yield {"judge": judge, "person": person, "kappa": None if np.isnan(value) else value}


def classification():
    for _ in range(CASES):
        labels = [f"l{i}" for i in range(rng.randint(1, 6))]
        rows = rng.randint(1, 14)
        gold = rng.choices(labels, k=rows)
        predicted = [g if rng.random() < 0.6 else rng.choice(labels + ["odd"]) for g in gold]
        some = sorted(rng.sample(labels, rng.randint(1, len(labels)))) if rng.random() < 0.3 else None
        f1 = lambda average: sk.f1_score(gold, predicted, labels=some, average=average, zero_division=0)
        used = some or sorted(set(gold + predicted))
        each = sk.precision_recall_fscore_support(gold, predicted, labels=used, zero_division=0)
        yield {
            "gold": gold, "predicted": predicted, **({"labels": some} if some else {}),
            "accuracy": sk.accuracy_score(gold, predicted),
            "macroF1": f1("macro"), "microF1": f1("micro"), "weightedF1": f1("weighted"),
            "mcc": sk.matthews_corrcoef(gold, predicted),
            "perLabel": [list(row) for row in zip(*each)],
            "matrix": sk.confusion_matrix(gold, predicted, labels=used) if set(used) & set(gold) else None,
        }


def calibration():
    for _ in range(CASES):
        labels, rows = rng.randint(2, 5), rng.randint(1, 10)
        logits = [[rng.gauss(0, 2) for _ in range(labels)] for _ in range(rows)]
        p = np.round(scipy.special.softmax(np.array(logits), axis=1), 6)
        p /= p.sum(axis=1, keepdims=True)
        gold = [rng.randrange(labels) for _ in range(rows)]
        confidence, right = p.max(axis=1), p.argmax(axis=1) == gold
        # Guo et al.'s own code: bins of (low, high].
        edges = np.linspace(0, 1, 16)
        ece = 0.0
        for low, high in zip(edges[:-1], edges[1:]):
            inside = (confidence > low) & (confidence <= high)
            if inside.any():
                ece += abs(confidence[inside].mean() - right[inside].mean()) * inside.mean()
        all_labels = list(range(labels))
        brier = (sk.brier_score_loss(gold, p[:, 1], pos_label=1, labels=[0, 1]) if labels == 2
                 else sk.brier_score_loss(gold, p, labels=all_labels))
        yield {"p": p, "gold": gold, "ece": ece, "brier": brier, "logLoss": sk.log_loss(gold, p, labels=all_labels)}


def multi_label():
    for _ in range(CASES):
        labels, rows = rng.randint(2, 5), rng.randint(1, 8)
        gold = [[int(rng.random() < 0.4) for _ in range(labels)] for _ in range(rows)]
        predicted = [[g if rng.random() < 0.75 else 1 - g for g in row] for row in gold]
        each = sk.precision_recall_fscore_support(gold, predicted, average=None, zero_division=0)
        yield {"gold": gold, "predicted": predicted,
               "microF1": sk.f1_score(gold, predicted, average="micro", zero_division=0),
               "macroF1": sk.f1_score(gold, predicted, average="macro", zero_division=0),
               "subsetAccuracy": sk.accuracy_score(np.array(gold), np.array(predicted)),
               "perLabel": [list(row) for row in zip(*each)]}


def regression():
    for _ in range(CASES):
        rows = rng.randint(2, 12)
        gold = [round(rng.uniform(-5, 5), rng.choice([0, 0, 2])) for _ in range(rows)]
        predicted = [round(g + rng.gauss(0, 2), rng.choice([0, 0, 2])) for g in gold]
        number = lambda value: None if np.isnan(value) else float(value)
        yield {"gold": gold, "predicted": predicted,
               "mae": sk.mean_absolute_error(gold, predicted), "rmse": sk.root_mean_squared_error(gold, predicted),
               "pearson": number(scipy.stats.pearsonr(gold, predicted)[0]),
               "spearman": number(scipy.stats.spearmanr(gold, predicted)[0])}


def spans():
    modes = {"lenient": ("BIESO", None), "IOB1": ("BIO", IOB1), "IOB2": ("BIO", IOB2), "IOE": ("IEO", IOE2),
             "IOBES": ("BIESO", IOBES), "BILOU": ("BILUO", BILOU)}
    types = ["PER", "LOC", "A-B"]
    for mode, (prefixes, scheme) in modes.items():
        def tag():
            prefix = rng.choice(prefixes + "I")
            return "O" if prefix == "O" else f"{prefix}-{rng.choice(types[:2] if rng.random() < 0.9 else types)}"
        for _ in range(CASES):
            gold = [[tag() for _ in range(rng.randint(1, 8))] for _ in range(rng.randint(1, 3))]
            predicted = [[g if rng.random() < 0.7 else tag() for g in row] for row in gold]
            try:
                report = classification_report(gold, predicted, output_dict=True, zero_division=0,
                                               **({"mode": "strict", "scheme": scheme} if scheme else {}))
            except ValueError:  # seqeval cannot report on no spans at all
                report = {"micro avg": {"precision": 0, "recall": 0, "f1-score": 0, "support": 0}}
            row = lambda name: [report[name][key] for key in ("precision", "recall", "f1-score", "support")]
            yield [mode, [" ".join(each) for each in gold], [" ".join(each) for each in predicted], row("micro avg"),
                   {name: row(name) for name in sorted(report) if not name.endswith(" avg")}]


WORDS = ("the a an The fox foxes jumps jumped jumping over lazy dog Dogs, quickly quick-witted U.S. $3,000.50 3.5 2026-11-28 hopping "
         "agreed happily relational conditional flies dies skies dying national café naïve 你好 , . ! ? (hi) 'tis &amp; user_id "
         "troubled sizing generously summaries it's Ångström x").split()


def text(most=9, newline=0.0):
    return "".join(word + ("\n" if rng.random() < newline else rng.choice([" ", " ", " ", "  ", "\u00a0"]))
                   for word in rng.choices(WORDS, k=rng.randint(0, most)))


def changed(original, newline=0.0):
    words = original.split(" ")
    for _ in range(rng.randint(0, 4)):
        at = rng.randrange(len(words) + 1)
        words[at:at + rng.randint(0, 2)] = [rng.choice(WORDS) + ("\n" if rng.random() < newline else "")] * rng.randint(0, 1)
    return " ".join(words)


def rouge():
    kinds = ["rouge1", "rouge2", "rougeL", "rougeLsum"]
    for _ in range(CASES):
        gold = text(14, 0.2)
        predicted = changed(gold, 0.2) if rng.random() < 0.8 else text(14, 0.2)
        scores = [RougeScorer(kinds, use_stemmer=stem).score(gold, predicted) for stem in (False, True)]
        yield [gold, predicted, *[[list(score[kind]) for kind in kinds] for score in scores]]


def stems():
    from nltk.stem.porter import PorterStemmer
    stemmer = PorterStemmer()
    starts = ("gener operat relat hop fall fail fil agr f happ enjo sk spy fl di ti l conflat troubl siz tann hiss fizz motor radic analog "
              "vietnam predic decis hope form electr good reviv allow infer airlin gyroscop adjust defens irrit replac adopt homolog commun "
              "activ angular effect bowdler prob r c controll roll geolog archaeolog yyy toy syzyg news inn outl w ox").split()
    ends = (" s es ies ied ed eed ing ings ly alli ational tional enci anci izer bli entli eli ousli ization ation ator alism iveness "
            "fulness ousness aliti iviti biliti fulli logi icate ative alize iciti ical ful ness al ance ence er ic able ible ant ement ment "
            "ent ion tion ou ism ate iti ous ive ize e ll y ying").split(" ")
    words = sorted({start + end for start in starts for end in rng.sample(ends, 16)} - {""})
    return {word: stemmer.stem(word) for word in words if word.isascii() and word.isalnum()}


def translation():
    for _ in range(CASES):
        count = rng.randint(1, 2)
        rows = []
        for _ in range(rng.randint(1, 2)):
            references = [text() or "x" for _ in range(count)]
            rows.append([changed(references[0]) if rng.random() < 0.85 else text(), references])
        given = [row[0] for row in rows]
        streams = [[row[1][at] for row in rows] for at in range(count)]
        yield [rows, BLEU().corpus_score(given, streams).score, CHRF().corpus_score(given, streams).score,
               CHRF(word_order=2).corpus_score(given, streams).score,
               BLEU(effective_order=True).sentence_score(given[0], rows[0][1]).score,
               BLEU(tokenize="none").corpus_score(given, streams).score]


def squad(path):
    source = Path(path).read_text()
    source = source.replace("from ...models.bert import BasicTokenizer", "BasicTokenizer = None")
    source = source.replace("from ...utils import logging", "import logging").replace("logging.get_logger", "logging.getLogger")
    script = types.ModuleType("squad")
    exec(compile(source, path, "exec"), script.__dict__)
    for _ in range(CASES):
        rows = []
        for _ in range(rng.randint(1, 5)):
            golds = [] if rng.random() < 0.3 else [text(4) for _ in range(rng.randint(1, 2))]
            predicted = "" if rng.random() < 0.3 else changed(golds[0]) if golds and rng.random() < 0.8 else text(4)
            rows.append([golds, predicted, round(rng.random(), 2)])
        if not any(row[0] for row in rows):
            rows[0][0] = ["x"]
        examples = [types.SimpleNamespace(qas_id=at, answers=[{"text": gold} for gold in row[0]]) for at, row in enumerate(rows)]
        result = script.squad_evaluate(examples, dict(enumerate(row[1] for row in rows)), dict(enumerate(row[2] for row in rows)))
        yield [rows, *[result[key] / (1 if "thresh" in key else 100) for key in
                       ("exact", "f1", "best_exact", "best_exact_thresh", "best_f1", "best_f1_thresh")]]


def ranking():
    for _ in range(CASES):
        items, queries = rng.randint(2, 7), rng.randint(2, 4)
        scores = [[round(rng.random(), 1) for _ in range(items)] for _ in range(queries)]
        wanted = [rng.randrange(items) for _ in range(queries)]
        truth = np.eye(items)[wanted]
        gains = [[rng.choice([0, 0, 1, 2]) for _ in range(items)] for _ in range(queries)]
        k = rng.randint(1, items)
        # The same scores with ties taken apart, the wanted item below them: sklearn's top_k breaks ties by index.
        apart = np.array(scores) - 1e-6 * truth
        recall = (sk.top_k_accuracy_score(wanted, apart, k=k, labels=list(range(items))) if items > 2
                  else float(np.mean([(row > row[w]).sum() < k for row, w in zip(apart, wanted)])))
        yield {"scores": scores, "wanted": wanted, "gains": gains, "k": k, "recall": recall,
               "mrr": sk.label_ranking_average_precision_score(truth, scores),
               "ndcg": [sk.ndcg_score([g], [s], k=k) for g, s in zip(gains, scores)]}


def intervals():
    for _ in range(CASES):
        total = rng.randint(1, 400)
        right = rng.randint(0, total)
        interval = scipy.stats.binomtest(right, total).proportion_ci(method="wilson")
        a, b = rng.randint(0, 40), rng.randint(0, 40)
        yield [right, total, interval.low, interval.high, a, b, scipy.stats.binomtest(a, a + b).pvalue if a + b else 1.0]


def passes():
    """Chen et al. 2021, estimate_pass_at_k: of n answers to a question c are right, and k may be looked at."""
    own = random.Random(12)
    for _ in range(CASES):
        n = own.randint(1, 200)
        c, k = own.randint(0, n), own.randint(1, n)
        yield [n, c, k, 1.0 if n - c < k else float(1.0 - np.prod(1.0 - k / np.arange(n - c + 1, n + 1)))]


def areas():
    own = random.Random(13)
    for _ in range(CASES):
        rows = own.randint(2, 16)
        good = [1, 0] + own.choices([0, 1], k=rows - 2)
        scores = [round(own.gauss(0.3 * each, 1), own.choice([0, 2])) for each in good]
        yield [scores, good, sk.roc_auc_score(good, scores)]


def expanded(rows):
    """Hesterberg's expanded tails: intervals as wide as Student's with the sample's variance are."""
    tail = scipy.stats.norm.sf(np.sqrt(rows / (rows - 1)) * scipy.stats.t.isf(0.025, rows - 1))
    return 1 - 2 * tail


def bootstraps():
    for at in range(12):
        gen = np.random.default_rng(at)
        rows = 60 if at % 2 == 0 else 12
        values = np.round(gen.normal(size=rows) ** 2, 3)
        other = np.round(values * 0.6 + gen.normal(size=rows) * 0.5, 3)
        options = {"n_resamples": 100000, "method": "BCa", "confidence_level": expanded(rows), "rng": gen}
        one = scipy.stats.bootstrap((values,), np.mean, **options).confidence_interval
        two = scipy.stats.bootstrap((values, other), lambda x, y, axis: x.mean(axis) - y.mean(axis), paired=True, vectorized=True,
                                    **options)
        yield {"values": values, "other": other, "interval": list(one), "difference": list(two.confidence_interval),
               "standardError": float(two.standard_error * np.sqrt(rows / (rows - 1)))}


def randomisations():
    for at in range(8):
        gen = np.random.default_rng(50 + at)
        values = np.round(gen.normal(size=15 + 5 * at) ** 2, 3)
        other = np.round(values * 0.8 + gen.normal(size=values.size) * 0.4, 3)
        test = scipy.stats.permutation_test((values, other), lambda x, y, axis: x.mean(axis) - y.mean(axis), permutation_type="samples",
                                            vectorized=True, n_resamples=40000, rng=gen)
        yield {"values": values, "other": other, "pValue": float(test.pvalue)}


def distributions():
    for degrees in (1, 2, 5, 9, 29, 100, 5000):
        for t in (-3.5, -1, 0, 0.3, 1.96, 4, 12):
            yield {"degrees": degrees, "t": t, "tail": float(scipy.stats.t.sf(t, degrees))}
    for z in (-4, -1.96, -0.2, 0, 1, 1.6448536, 3, 5.5):
        yield {"degrees": None, "t": z, "tail": float(scipy.stats.norm.sf(z))}


def holm():
    gen = np.random.default_rng(7)
    for size in (1, 2, 3, 5, 8, 20):
        p = np.round(gen.uniform(size=size) ** 3, 6)
        yield {"p": p, "adjusted": multipletests(p, method="holm")[1]}


def exact_power(rows, discordance, gain):
    """How often the two-sided exact McNemar test at 0.05 finds a gain, with so many rows."""
    p, total = (discordance + gain) / (2 * discordance), 0.0
    uneven = np.arange(rows + 1)
    weights = scipy.stats.binom.pmf(uneven, rows, discordance)
    for n in uneven[weights > 1e-10]:
        k = np.arange(n + 1)
        found = (2 * scipy.stats.binom.cdf(n - k, n, 0.5) < 0.05) & (2 * k > n)
        total += weights[n] * scipy.stats.binom.pmf(k, n, p)[found].sum()
    return total


def power():
    for discordance, gain in ((0.2, 0.05), (0.2, 0.03), (0.3, 0.1), (0.2, 0.1), (0.1, 0.05), (0.5, 0.2), (0.4, 0.3)):
        rows = [40, 80, 120, 153, 228, 240, 400, 621, 645, 800, 1737, 1770]
        yield {"discordance": discordance, "gain": gain,
               "power": [[n, round(float(exact_power(n, discordance, gain)), 6)] for n in rows]}


def main(squad_path, folder):
    sets = {"classification": classification(), "calibration": calibration(), "multi-label": multi_label(), "regression": regression(),
            "spans": spans(), "rouge": rouge(), "translation": translation(), "squad": squad(squad_path), "ranking": ranking(),
            "intervals": intervals(), "bootstrap": bootstraps(), "randomisation": randomisations(),
            "distributions": distributions(), "holm": holm(), "power": power(), "pass-at-k": passes(), "roc": areas(), "kappa": kappa()}
    for name, cases in sets.items():
        lines = [json.dumps(short(case), ensure_ascii=False, separators=(",", ":")) for case in cases]
        Path(folder, f"{name}.json").write_text("[\n" + ",\n".join(lines) + "\n]\n")
    Path(folder, "stems.json").write_text(json.dumps(stems(), separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
