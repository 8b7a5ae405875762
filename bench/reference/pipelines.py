"""Writes tiny random models of every task with what transformers' pipelines answer of them.

Run by hand, never by users, with the last transformers that answers questions (5 has no such pipeline):

    pip install --target /tmp/transformers4 transformers==4.57.1
    PYTHONPATH=/tmp/transformers4 .tools/python/bin/python bench/reference/pipelines.py

Each folder under packages/testkit/fixtures/tasks is a Hugging Face model with its tokenizer; answers.json beside them
has a list a folder of {pipeline, inputs, parameters, answer}.
"""

import json
import shutil
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import (
    AutoModel,
    AutoModelForMaskedLM,
    AutoModelForQuestionAnswering,
    AutoModelForSequenceClassification,
    AutoModelForTokenClassification,
    BertConfig,
    DistilBertConfig,
    LlamaConfig,
    ModernBertConfig,
    PreTrainedTokenizerFast,
    RobertaConfig,
    pipeline,
)

OUT = Path(__file__).parents[2] / "packages" / "testkit" / "fixtures" / "tasks"
CORPUS = [
    "Anna Schmidt flew from Berlin to New York on Monday, and her card was lost at the airport.",
    "Where is my new card? It should have arrived two weeks ago, but nobody knows anything about it.",
    "The transfer to my brother's account failed; please cancel it and send the money back.",
    "Barack Obama was born in Hawaii. Angela Merkel grew up in Templin, north of Berlin.",
    "Great service, quick answers and friendly people! I would come back at any time.",
    "What a waste of money: the soup was cold and the waiter was rude to everybody.",
    "The mitochondrion is the powerhouse of the cell, and photosynthesis happens in chloroplasts.",
    "The Amazon rainforest covers much of the Amazon basin of South America; it holds many species.",
]
BERT = dict(
    hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=2,
    max_position_embeddings=128, initializer_range=0.4, hidden_dropout_prob=0.0,
    attention_probs_dropout_prob=0.0,
)


def word_pieces(types=True):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer.train_from_iterator(CORPUS, trainers.WordPieceTrainer(vocab_size=220, special_tokens=special, show_progress=False))
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]",
        mask_token="[MASK]", model_max_length=128,
        model_input_names=["input_ids", "attention_mask"] + (["token_type_ids"] if types else []),
    )


def byte_pairs():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    tokenizer.train_from_iterator(
        CORPUS,
        trainers.BpeTrainer(
            vocab_size=340, special_tokens=special, show_progress=False,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        ),
    )
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), trim_offsets=True, add_prefix_space=False)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", pad_token="<pad>", unk_token="<unk>",
        cls_token="<s>", sep_token="</s>", mask_token="<mask>", model_max_length=128,
        model_input_names=["input_ids", "attention_mask"],
    )


def named(labels):
    return dict(id2label=dict(enumerate(labels)), label2id={label: at for at, label in enumerate(labels)})


def save(name, kind, config, tokenizer, problem=None):
    torch.manual_seed(sum(map(ord, name)) + 1)
    config.problem_type = problem
    model = kind.from_config(config).eval()
    for parameter, value in model.named_parameters():
        if any(part in parameter for part in ("classifier", "score", "qa_outputs")) and value.dim() == 2:
            with torch.no_grad():
                value.copy_(0.5 * torch.randn(value.shape))
    folder = OUT / name
    model.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    tokenizer.save_pretrained(folder)
    return folder


TAGS = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]
NER_TEXTS = [
    "Angela Merkel met Barack Obama in New York.",
    "Zoë's café 🎉 in Berlin isn't far from Hawaii!",
    "nobody",
]
CONTEXT = CORPUS[3] + " " + CORPUS[6] + " 🎉 " + CORPUS[7]
LONG = " ".join(CORPUS)


def classification_cases(pairs=False):
    texts = ["Where is my new card?", "Great service, quick answers!", "🎉 zzz"]
    cases = [
        (texts[0], {}), (texts, dict(top_k=None)), (texts, dict(top_k=2)),
        (texts[1], dict(top_k=None, function_to_apply="none")),
        (texts[1], dict(top_k=None, function_to_apply="sigmoid")),
        (texts[1], dict(top_k=None, function_to_apply="softmax")),
    ]
    if pairs:
        cases.append((dict(text="The soup was cold.", text_pair="What a waste of money!"), dict(top_k=None)))
    return [("text-classification", *case) for case in cases]


def tag_cases():
    cases = [(text, dict(aggregation_strategy=how)) for text in NER_TEXTS for how in ("none", "simple", "first", "average", "max")]
    cases.append((NER_TEXTS, dict(aggregation_strategy="simple", ignore_labels=["B-LOC", "PER"])))
    cases.append((LONG + " " + LONG, dict(aggregation_strategy="simple", stride=20)))
    return [("token-classification", *case) for case in cases]


def answer_cases():
    asked = dict(question="Where was Barack Obama born?", context=CONTEXT)
    cases = [
        (asked, {}), (asked, dict(top_k=3)), (asked, dict(top_k=3, max_answer_len=4)),
        (asked, dict(top_k=2, handle_impossible_answer=True)), (asked, dict(top_k=3, align_to_words=False)),
        (dict(question="Who?", context="Obama"), {}),
        (dict(question="What was lost?", context=LONG), dict(top_k=4, max_seq_len=48, doc_stride=16)),
        (dict(question="What was lost?", context=LONG), dict(handle_impossible_answer=True, max_seq_len=40, doc_stride=8)),
    ]
    return [("question-answering", *case) for case in cases]


def mask_cases(mask):
    one = f"The soup was {mask}."
    two = f"The {mask} was {mask}."
    return [
        ("fill-mask", one, {}), ("fill-mask", one, dict(top_k=3)), ("fill-mask", two, dict(top_k=2)),
        ("fill-mask", one, dict(targets=["cold", "the", "money"])), ("fill-mask", [one, one], dict(top_k=1)),
    ]


def feature_cases():
    return [("feature-extraction", "Where is my new card?", {})]


def nested(value):
    if isinstance(value, dict):
        return {key: nested(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [nested(each) for each in value]
    if isinstance(value, (str, type(None), bool, int)):
        return value
    return float(f"{float(value):.7g}")


def answers(folder, cases):
    found = []
    for kind, inputs, parameters in cases:
        asked = pipeline(kind, model=str(folder), tokenizer=str(folder), device="cpu")
        answer = asked(**inputs, **parameters) if kind == "question-answering" else asked(inputs, **parameters)
        found.append(dict(pipeline=kind, inputs=inputs, parameters=parameters, answer=nested(answer)))
    return found


def sentence_layout(folder):
    modules = [
        dict(idx=0, name="0", path="", type="sentence_transformers.models.Transformer"),
        dict(idx=1, name="1", path="1_Pooling", type="sentence_transformers.models.Pooling"),
        dict(idx=2, name="2", path="2_Normalize", type="sentence_transformers.models.Normalize"),
    ]
    (folder / "modules.json").write_text(json.dumps(modules) + "\n")
    (folder / "1_Pooling").mkdir()
    pooling = dict(word_embedding_dimension=16, pooling_mode_cls_token=True, pooling_mode_mean_tokens=False)
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(pooling) + "\n")


def embedding_vectors(folder, texts):
    """As sentence-transformers computes with this layout: the first token's state, brought to length 1."""
    model = AutoModel.from_pretrained(folder).eval()
    tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
    rows = []
    for text in texts:
        with torch.no_grad():
            state = model(**tokenizer(text, return_tensors="pt")).last_hidden_state[0, 0]
        rows.append(nested((state / state.norm()).tolist()))
    return [dict(pipeline="embedding", inputs=texts, parameters={}, answer=rows)]


def main():
    shutil.rmtree(OUT, ignore_errors=True)
    pieces, pairs = word_pieces(), byte_pairs()
    words, bytes_ = len(pieces), len(pairs)
    roberta = {**BERT, "vocab_size": bytes_, "max_position_embeddings": 130, "type_vocab_size": 1, "pad_token_id": 1}
    modern = dict(
        vocab_size=bytes_, hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=2,
        max_position_embeddings=128, local_attention=8, pad_token_id=1, cls_token_id=0, sep_token_id=2, bos_token_id=0,
        eos_token_id=2, initializer_range=0.4,
    )
    distil = dict(
        vocab_size=words, dim=16, hidden_dim=24, n_layers=2, n_heads=2, max_position_embeddings=128, dropout=0.0,
        attention_dropout=0.0, initializer_range=0.4,
    )
    llama = dict(
        vocab_size=bytes_, hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=2,
        num_key_value_heads=1, max_position_embeddings=128, pad_token_id=1, bos_token_id=0, eos_token_id=2,
        initializer_range=0.4,
    )
    classes = AutoModelForSequenceClassification
    recorded = {}

    def make(name, kind, config, tokenizer, cases, problem=None):
        folder = save(name, kind, config, tokenizer, problem)
        recorded[name] = answers(folder, cases)
        return folder

    intents = named(["card", "money", "praise", "blame"])
    single, several = "single_label_classification", "multi_label_classification"
    make("bert-intents", classes, BertConfig(**BERT, vocab_size=words, **intents), pieces, classification_cases(True), single)
    make("roberta-intents", classes, RobertaConfig(**roberta, **intents), pairs, classification_cases(), single)
    make("distilbert-topics", classes, DistilBertConfig(**distil, **intents), word_pieces(types=False), classification_cases(), several)
    make("modernbert-stars", classes, ModernBertConfig(**modern, **named(["stars"])), pairs, classification_cases(), "regression")
    make("llama-intents", classes, LlamaConfig(**llama, **intents), pairs, classification_cases(), single)
    tags = AutoModelForTokenClassification
    make("bert-tags", tags, BertConfig(**BERT, vocab_size=words, **named(TAGS)), pieces, tag_cases())
    make("roberta-tags", tags, RobertaConfig(**roberta, **named(TAGS)), pairs, tag_cases())
    make("llama-tags", tags, LlamaConfig(**llama, **named(TAGS)), pairs, tag_cases())
    spans = AutoModelForQuestionAnswering
    make("bert-answers", spans, BertConfig(**BERT, vocab_size=words), pieces, answer_cases())
    make("roberta-answers", spans, RobertaConfig(**roberta), pairs, answer_cases())
    make("bert-words", AutoModelForMaskedLM, BertConfig(**BERT, vocab_size=words), pieces, mask_cases("[MASK]"))
    make("roberta-words", AutoModelForMaskedLM, RobertaConfig(**roberta), pairs, mask_cases("<mask>"))
    folder = make("bert-sentences", AutoModel, BertConfig(**BERT, vocab_size=words), pieces, feature_cases())
    recorded["bert-sentences"] += embedding_vectors(folder, ["Where is my new card?", "Great service!"])
    sentence_layout(folder)
    (OUT / "answers.json").write_text(json.dumps(recorded, ensure_ascii=False) + "\n")


main()
