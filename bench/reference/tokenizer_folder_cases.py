"""The folders of tokenizer_folders.py: a base for each family, and the fields that are changed in it."""

CONFIG = "tokenizer_config.json"
MAP = "special_tokens_map.json"
ADDED = "added_tokens.json"
MODEL = "config.json"
FILE = "tokenizer.json"


def base(tokenizer: str, model: dict, config: dict | None, **more: object) -> dict:
    files = {MODEL: model, **({} if config is None else {CONFIG: config}), **more}
    return {"tokenizer": tokenizer, "files": files}


CHAT = {"eos_token": "<|im_end|>", "additional_special_tokens": ["<|im_start|>", "<|endoftext|>"]}
SPM = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
BERT = {"unk_token": "[UNK]", "sep_token": "[SEP]", "pad_token": "[PAD]", "cls_token": "[CLS]", "mask_token": "[MASK]"}
GEMMA = {"bos_token": "<bos>", "eos_token": "<eos>", "unk_token": "<unk>", "pad_token": "<pad>"}
ROBERTA = {"bos_token": "<s>", "eos_token": "</s>", "sep_token": "</s>", "cls_token": "<s>", "unk_token": "<unk>",
           "pad_token": "<pad>", "mask_token": "<mask>"}  # fmt: skip

BASES = {
    "tiny": base("smollm2", {"model_type": "llama"}, {"tokenizer_class": "PreTrainedTokenizerFast", **CHAT}),
    "bare": base("smollm2", {"model_type": "llama"}, None),
    "smollm2": base("smollm2", {"model_type": "llama"}, {"tokenizer_class": "GPT2Tokenizer", **CHAT}),
    "llama2": base("llama2", {"model_type": "llama"}, {"tokenizer_class": "LlamaTokenizer", **SPM}),
    "llama3": base("llama3", {"model_type": "llama"}, {
        "tokenizer_class": "LlamaTokenizerFast", "bos_token": "<|begin_of_text|>", "eos_token": "<|eot_id|>"}),
    "mistral": base("mistral", {"model_type": "mistral"}, {"tokenizer_class": "LlamaTokenizer", **SPM}),
    # The layout of older folders, whose normalizer writes a mark before every stretch of text.
    "vicuna": base("llama2", {"model_type": "mistral"}, {"tokenizer_class": "LlamaTokenizer", **SPM}),
    "phi3": base("phi3", {"model_type": "phi3"}, {
        "tokenizer_class": "LlamaTokenizer", **SPM, "eos_token": "<|end|>"}),
    "qwen2": base("qwen", {"model_type": "qwen2"}, {
        "tokenizer_class": "Qwen2Tokenizer", "eos_token": "<|im_end|>", "pad_token": "<|endoftext|>",
        "unk_token": None, "bos_token": None}),
    "qwen3": base("qwen", {"model_type": "qwen3"}, {
        "tokenizer_class": "Qwen2Tokenizer", "eos_token": "<|im_end|>", "pad_token": "<|endoftext|>"}),
    "gemma": base("gemma", {"model_type": "gemma3_text"}, {"tokenizer_class": "GemmaTokenizer", **GEMMA}),
    "gpt2": base("gpt2", {"model_type": "gpt2"}, {"tokenizer_class": "GPT2Tokenizer"}),
    "bert": base("bert-uncased", {"model_type": "bert"}, {"tokenizer_class": "BertTokenizer", **BERT}),
    "bert-cased": base("bert-cased", {"model_type": "bert"}, {
        "tokenizer_class": "BertTokenizerFast", **BERT, "do_lower_case": False}),
    "distilbert": base("bert-uncased", {"model_type": "distilbert"}, {"tokenizer_class": "DistilBertTokenizer"}),
    "roberta": base("roberta", {"model_type": "roberta"}, {"tokenizer_class": "RobertaTokenizer", **ROBERTA}),
    "modernbert": base("modernbert", {"model_type": "modernbert"}, {
        "tokenizer_class": "PreTrainedTokenizerFast", **BERT}),
}  # fmt: skip


def token(content: str, **flags: bool) -> dict:
    return {"content": content, "lstrip": False, "normalized": False, "rstrip": False, "single_word": False, **flags}


def typed(content: str, **flags: bool) -> dict:
    return {"__type": "AddedToken", **token(content, **flags)}


def added(id: int, content: str, **flags: bool) -> dict:
    return {"id": id, **token(content), "special": False, **flags}


def config(field: str, value: object, base: str = "tiny", label: str = "") -> tuple:
    return (f"{base}: {CONFIG} {field}{label}", base, [CONFIG, [field], value])


def mapped(field: str, value: object, base: str = "tiny", label: str = "") -> tuple:
    return (f"{base}: {MAP} {field}{label}", base, [MAP, [field], value])


# Fields that name a token: by name, as an object, as one that is not there yet, as nothing.
NAMES = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token", "image_token"]
CASES = [
    *(config(name, "<|endoftext|>") for name in NAMES),
    *(config(name, typed("<|im_start|>", lstrip=True), label=" as an object") for name in NAMES),
    *(config(name, "<|new|>", label=" that is new") for name in NAMES),
    *(config(name, typed("<|new|>", lstrip=True), label=" as a new object") for name in NAMES),
    *(config(name, None, label=" null") for name in NAMES),
    *(config(name, 5, label=" a number") for name in NAMES),
    config("eos_token", token("<|im_end|>"), label=" as an object without a type"),
    *(mapped(name, "<|endoftext|>") for name in NAMES),
    *(mapped(name, token("<|im_start|>", lstrip=True), label=" as an object") for name in NAMES),
    *(mapped(name, token("<|new|>", rstrip=True), label=" as a new object") for name in NAMES),
    *(mapped(name, None, label=" null") for name in NAMES),
    mapped("eos_token", 5, label=" a number"),
    mapped("foo", "<|im_start|>"),
    *(config(name, "<|endoftext|>", base=base) for base in ("qwen2", "gpt2", "llama2", "gemma", "roberta", "bert")
      for name in ("bos_token", "eos_token", "unk_token", "pad_token", "cls_token", "sep_token")),
    *(config(name, None, base=base, label=" null") for base in ("qwen3", "gpt2", "llama2", "gemma")
      for name in ("bos_token", "eos_token", "unk_token", "pad_token")),
    # Lists of special tokens.
    *(
        case
        for name in ("additional_special_tokens", "extra_special_tokens")
        for case in (
            config(name, ["<|im_start|>", "<|more|>"]),
            config(name, ["<|im_start|>", typed("<|more|>", lstrip=True)], label=" with an object"),
            config(name, ["<|im_start|>", token("<|more|>")], label=" with an object without a type"),
            config(name, {"image_token": "<|image|>", "eos_token": "<|endoftext|>"}, label=" by name"),
            config(name, [], label=" empty"),
            config(name, None, label=" null"),
            config(name, 5, label=" a number"),
            config(name, "<|im_start|>", label=" a string"),
            config(name, [5], label=" of a number"),
            mapped(name, ["<|im_start|>", "<|more|>"]),
            mapped(name, [token("<|more|>", lstrip=True)], label=" with an object"),
            mapped(name, {"image_token": "<|image|>"}, label=" by name"),
            mapped(name, None, label=" null"),
            (f"bare: {MAP} {name}", "bare", [MAP, [name], ["<|im_start|>", "<|more|>"]]),
            (f"bare: {MAP} {name} with an object", "bare", [MAP, [name], [token("<|more|>", lstrip=True)]]),
        )
    ),
    ("tiny: both lists", "tiny", [CONFIG, ["extra_special_tokens"], ["<|more|>"]]),
    config("model_specific_special_tokens", {"image_token": "<|image|>"}),
    config("model_specific_special_tokens", ["<|image|>"], label=" a list"),
    # Which file is believed.
    ("bare: map alone", "bare", [MAP, [], {"eos_token": "<|im_end|>", "sep_token": token("<|im_start|>")}]),
    ("tiny: map over config", "tiny", [MAP, [], {"eos_token": "<|endoftext|>", "pad_token": "<|endoftext|>"}]),
    ("tiny: decoder over map", "tiny", [MAP, [], {"eos_token": "<|endoftext|>"}],
     [CONFIG, ["added_tokens_decoder"], {"0": {**token("<|endoftext|>"), "special": True}}]),
    ("tiny: decoder over added tokens", "tiny", [ADDED, [], {"<|tool|>": 700}], [CONFIG, ["added_tokens_decoder"], {}]),
    ("qwen2: decoder over tokenizer.json", "qwen2", [CONFIG, ["added_tokens_decoder"], {
        "700": {**token("<|endoftext|>"), "special": True}, "701": {**token("<|im_start|>"), "special": True}}]),
    # added_tokens_decoder.
    *(
        (f"{base}: {CONFIG} added_tokens_decoder {label}", base, [CONFIG, ["added_tokens_decoder"], {
            "700": value, "9": token("the", special=False)}])
        for base in ("tiny", "qwen3", "llama2", "bert")
        for label, value in {
            "plain": token("<|tool|>"),
            "special": token("<|tool|>", special=True),
            "stripping": token("<|tool|>", special=True, lstrip=True, rstrip=True),
            "single word": token("tool", single_word=True),
            "normalized": token("Tool", normalized=True),
            "of a named token": token("<|im_end|>", lstrip=True),
        }.items()
    ),
    ("tiny: added_tokens_decoder of two with a gap", "tiny", [CONFIG, ["added_tokens_decoder"], {
        "950": token("<|b|>"), "900": token("<|a|>")}]),
    ("tiny: added_tokens_decoder null", "tiny", [CONFIG, ["added_tokens_decoder"], None]),
    ("tiny: added_tokens_decoder a list", "tiny", [CONFIG, ["added_tokens_decoder"], [token("<|a|>")]]),
    ("tiny: added_tokens_decoder of strings", "tiny", [CONFIG, ["added_tokens_decoder"], {"700": "<|a|>"}]),
    ("tiny: added_tokens_decoder of a word as id", "tiny", [CONFIG, ["added_tokens_decoder"], {"x": token("<|a|>")}]),
    ("tiny: added_tokens_decoder without content", "tiny", [CONFIG, ["added_tokens_decoder"], {"700": {"special": True}}]),
    ("tiny: added_tokens_decoder with few flags", "tiny", [CONFIG, ["added_tokens_decoder"], {
        "700": {"content": "<|a|>", "special": True}, "701": {"content": "<|B|>"}}]),
    # added_tokens.json.
    ("tiny: added_tokens.json", "tiny", [ADDED, [], {"<|tool|>": 700, "Word": 702}]),
    ("bare: added_tokens.json", "bare", [ADDED, [], {"<|tool|>": 701, "the": 3}]),
    ("tiny: added_tokens.json of a named token", "tiny", [ADDED, [], {"<|tool|>": 700}], [CONFIG, ["pad_token"], "<|tool|>"]),
    ("tiny: added_tokens.json over the id of another", "tiny", [ADDED, [], {"<|tool|>": 2}]),
    ("tiny: added_tokens.json a list", "tiny", [ADDED, [], ["<|tool|>"]]),
    ("tiny: added_tokens.json __proto__", "tiny", [ADDED, [], {"__proto__": 700, "constructor": 701}]),
    ("qwen3: added_tokens.json", "qwen3", [ADDED, [], {"<|tool|>": 2000}]),
    # tokenizer.json's own added tokens: ids, flags, names.
    *(
        (f"{base}: added token {label}", base, [FILE, ["added_tokens", 3 if base == "tiny" else 5], value])
        for base in ("tiny", "gemma")
        for label, value in {
            "beyond a gap": added(5000, "<|a|>"),
            "of an id in use": added(9, "<|a|>"),
            "of a known text": added(5000, "e"),
            "of a known text, special": added(5000, "e", special=True),
            "__proto__": added(700, "__proto__"),
            "toString": added(700, "toString", special=True),
            "constructor": added(700, "constructor", normalized=True),
            "that strips": added(700, "<|a|>", lstrip=True, rstrip=True),
        }.items()
    ),
    ("tiny: added token twice", "tiny", [FILE, ["added_tokens", 3], added(700, "<|a|>")],
     [FILE, ["added_tokens", 4], added(701, "<|a|>", special=True)]),
    ("tiny: added token of nothing", "tiny", [FILE, ["added_tokens", 3], added(700, "")]),
    ("tiny: added tokens with one id", "tiny", [FILE, ["added_tokens", 3], added(700, "<|a|>")],
     [FILE, ["added_tokens", 4], added(700, "<|b|>")]),
    ("tiny: added token without a flag", "tiny", [FILE, ["added_tokens", 3], {"id": 700, "content": "<|a|>"}]),
    ("tiny: end token not special", "tiny", [FILE, ["added_tokens", 2, "special"], False]),
    ("tiny: listed token not special", "tiny", [FILE, ["added_tokens", 1, "special"], False]),
    ("tiny: no token special", "tiny", *([FILE, ["added_tokens", i, "special"], False] for i in range(3))),
    ("bare: no token special", "bare", *([FILE, ["added_tokens", i, "special"], False] for i in range(3))),
    ("qwen3: end token not special", "qwen3", [FILE, ["added_tokens", 2, "special"], False]),
    ("gpt2: end token not special", "gpt2", [FILE, ["added_tokens", 0, "special"], False]),
    *(
        (f"tiny: entry {name}", "tiny", [FILE, ["model", "vocab", name], 700], ["text", f"<|im_end|>{name} a"],
         [FILE, ["added_tokens", 3], added(700, name)])
        for name in ("__proto__", "constructor", "toString", "hasOwnProperty", "valueOf", "length", "__defineGetter__")
    ),
    ("bert: entry __proto__", "bert", [FILE, ["model", "vocab", "__proto__"], 3000], ["text", "a __proto__ b"]),
    # The class.
    *(
        (f"{base}: tokenizer_class {name}", base, [CONFIG, ["tokenizer_class"], name])
        for base in ("tiny", "llama2", "llama3", "mistral", "phi3", "qwen2", "qwen3", "gemma", "gpt2", "bert", "roberta", "modernbert")
        for name in ("PreTrainedTokenizerFast", "TokenizersBackend", "LlamaTokenizerFast", "Qwen2Tokenizer", "GPT2Tokenizer",
                     "BertTokenizer", "RobertaTokenizerFast", "GemmaTokenizer", "T5Tokenizer", "OwnTokenizer")
    ),
    *((f"{base}: no tokenizer_class", base, [CONFIG, ["tokenizer_class"]]) for base in BASES if base != "bare"),
    *((f"{base}: no {CONFIG}", base, [CONFIG, []]) for base in BASES if base != "bare"),
    ("bare: config.json tokenizer_class", "bare", [MODEL, ["tokenizer_class"], "GPT2Tokenizer"]),
    ("llama2: config.json tokenizer_class", "llama2", [MODEL, ["tokenizer_class"], "GPT2Tokenizer"]),
    ("tiny: tokenizer_class null", "tiny", [CONFIG, ["tokenizer_class"], None]),
    # What the classes read.
    *(
        config(field, value, base)
        for base in ("tiny", "llama2", "llama3", "qwen3", "gpt2", "roberta", "gemma", "bert", "mistral", "modernbert")
        for field, value in {
            "add_prefix_space": True, "legacy": True, "do_lower_case": False, "strip_accents": False,
            "tokenize_chinese_chars": False, "trim_offsets": False, "add_bos_token": True, "add_eos_token": True,
        }.items()
    ),
    *(config("add_prefix_space", False, base, " off") for base in ("llama2", "gpt2", "roberta", "qwen3")),
    ("llama2: text after a token", "llama2", ["text", "a<s>a</s>b"]),
    ("llama2: legacy, text after a token", "llama2", [CONFIG, ["legacy"], True], ["text", "a<s>a</s>b"]),
    ("llama2: legacy with prefix space", "llama2", [CONFIG, ["legacy"], True], [CONFIG, ["add_prefix_space"], True]),
    *(
        config(field, value, base)
        for base in ("tiny", "bert")
        for field, value in {
            "split_special_tokens": True, "clean_up_tokenization_spaces": True,
            "clean_up_tokenization_spaces_for_bpe_even_though_it_will_corrupt_output": True,
            "model_max_length": 8, "max_len": 8, "padding_side": "left", "truncation_side": "left",
            "model_input_names": ["input_ids"], "fix_mistral_regex": True, "use_default_system_prompt": True,
            "sp_model_kwargs": {}, "spaces_between_special_tokens": True, "errors": "strict", "use_fast": False,
            "chat_control_tokens": ["<|im_end|>"], "response_template": {}, "processor_class": "AutoProcessor",
            "name_or_path": "x/y", "verbose": True, "do_basic_tokenize": False, "never_split": ["order"],
            "max_length": 4, "stride": 2, "truncation_strategy": "longest_first", "pad_token_type_id": 1,
            "pad_to_multiple_of": 8, "backend": "tokenizers", "bos_token_id": 1, "eos_token_id": 1,
            "vocab_file": "other.json", "tokenizer_file": "other.json", "vocab_size": 10, "device_map": "cpu",
            "own_field": 1,
        }.items()
    ),
    config("init_inputs", ["x"]),
    config("fast_tokenizer_files", ["tokenizer.json"]),
    config("fast_tokenizer_files", ["tokenizer.5.0.0.json"], label=" of a version"),
    config("auto_map", {"AutoTokenizer": ["own.OwnTokenizer", None]}),
    config("post_processor", {}),
    config("post_processor", {"type": "ByteLevel"}, label=" of its own"),
    config("tokenizer_object", "x"),
    config("tokenizer_padding", {"pad_token": "<|endoftext|>"}),
    config("tokenizer_truncation", {"max_length": 3}),
    config("_json_padding", {"pad_token": "<|endoftext|>"}),
    config("_json_truncation", {"max_length": 3}),
    config("gguf_file", "model.gguf"),
    ("tiny: both clean-ups", "tiny", [CONFIG, ["clean_up_tokenization_spaces"], True],
     [CONFIG, ["clean_up_tokenization_spaces_for_bpe_even_though_it_will_corrupt_output"], True]),
    # tokenizer.json beside the model.
    ("tiny: padding", "tiny", [FILE, ["padding"], {
        "strategy": {"Fixed": 8}, "direction": "Right", "pad_to_multiple_of": None, "pad_id": 0, "pad_type_id": 0,
        "pad_token": "<|endoftext|>"}]),
    ("tiny: padding beside pad_token", "tiny", [CONFIG, ["pad_token"], "<|im_start|>"], [FILE, ["padding"], {
        "strategy": "BatchLongest", "direction": "Left", "pad_to_multiple_of": None, "pad_id": 0, "pad_type_id": 0,
        "pad_token": "<|endoftext|>"}]),
    ("tiny: truncation", "tiny", [FILE, ["truncation"], {
        "direction": "Right", "max_length": 2, "strategy": "LongestFirst", "stride": 0}]),
    ("bert: truncation", "bert", [FILE, ["truncation"], {
        "direction": "Right", "max_length": 4, "strategy": "LongestFirst", "stride": 0}]),
    ("tiny: no added tokens", "tiny", [FILE, ["added_tokens"], []]),
    ("gpt2: normalizer", "gpt2", [FILE, ["normalizer"], {"type": "Lowercase"}]),
    ("tiny: normalizer", "tiny", [FILE, ["normalizer"], {"type": "Lowercase"}]),
    ("tiny: pre_tokenizer", "tiny", [FILE, ["pre_tokenizer"], {
        "type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True}]),
    ("mistral: decoder", "mistral", [FILE, ["decoder"], {"type": "Sequence", "decoders": [
        {"type": "Replace", "pattern": {"String": "\u2581"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"}]}]),
    ("qwen3: pre_tokenizer", "qwen3", [FILE, ["pre_tokenizer"], {
        "type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True}]),
    ("bert: normalizer", "bert", [FILE, ["normalizer", "lowercase"], False]),
    ("bert: decoder", "bert", [FILE, ["decoder", "cleanup"], False]),
    ("gpt2: ignore_merges", "gpt2", [FILE, ["model", "ignore_merges"], True]),
    ("gpt2: post_processor", "gpt2", [FILE, ["post_processor"], {
        "type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "x", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
        "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}],
        "special_tokens": {"x": {"id": "x", "ids": [5], "tokens": ["x"]}}}]),
    ("bert: post_processor", "bert", [FILE, ["post_processor"], None]),
    ("roberta: post_processor", "roberta", [FILE, ["post_processor"], None]),
    ("llama2: normalizer", "llama2", [FILE, ["normalizer"], None]),
    ("llama2: post_processor", "llama2", [FILE, ["post_processor"], None]),
    *(
        (f"{base}: normalized token {label}", base, [FILE, ["added_tokens", n], value],
         ["text", f"a {value['content']} b{value['content']}c"])
        for base, n in (("vicuna", 3), ("gemma", 11), ("bert", 5), ("qwen3", 7), ("modernbert", 5), ("gpt2", 1))
        for label, value in {
            "of two words": added(3000, "Two Tools", normalized=True),
            "alone": added(3000, "Word", normalized=True, single_word=True),
            "that strips": added(3000, "Word", normalized=True, lstrip=True, rstrip=True),
            "with an accent": added(3000, "\u00e9t\u00e9", normalized=True),
        }.items()
    ),
    *(
        (f"vicuna: {CONFIG} {field} {value}", "vicuna", [CONFIG, [field], value])
        for field, value in (("legacy", True), ("legacy", False), ("add_prefix_space", False), ("pad_token", "<pad>"))
    ),
    *(
        (f"tiny: {MAP} {field}", "tiny", [MAP, [field], value])
        for field, value in {
            "add_bos_token": True, "add_eos_token": True, "split_special_tokens": True, "chat_template": "x",
            "model_max_length": 5, "added_tokens_decoder": {"9": token("<|a|>")}}.items()
    ),
    ("qwen3: fields of the class in the map", "qwen3", [MAP, ["add_prefix_space"], True]),
    # Files that stand beside tokenizer.json.
    ("gpt2: vocab.json", "gpt2", ["vocab.json", [], {"a": 0}], ["merges.txt", [], "#version: 0.2\na b\n"]),
    ("bert: vocab.txt", "bert", ["vocab.txt", [], "[PAD]\na\n"]),
    ("llama2: tokenizer.model", "llama2", ["tokenizer.model", [], "not a model"]),
    ("mistral: tekken.json", "mistral", ["tekken.json", [], {"vocab": []}]),
    ("tiny: config.json bos_token_id", "tiny", [MODEL, ["bos_token_id"], 2], [MODEL, ["eos_token_id"], 1]),
    ("tiny: config.json pad_token_id", "tiny", [MODEL, ["pad_token_id"], 2]),
    *(
        (f"{base}: model_type {name}", base, [MODEL, ["model_type"], name])
        for base, name in (("llama2", "mistral"), ("qwen3", "qwen2"), ("smollm2", "gpt2"), ("gemma", "gemma3"), ("bert", "distilbert"),
                           ("roberta", "bert"))
    ),
    *(
        (f"{base}: no {CONFIG}, model_type {name}", base, [CONFIG, []], [MODEL, ["model_type"], name])
        for base, name in (("smollm2", "gpt2"), ("llama3", "qwen3"), ("llama2", "gemma3_text"), ("qwen3", "modernbert"))
    ),
    ("tiny: generation_config.json", "tiny", ["generation_config.json", [], {"eos_token_id": [1, 0]}]),
]


def template(name: str, *edits: list) -> tuple:
    return (name, "tiny", *edits)


NAMED = [{"name": "default", "template": "named"}, {"name": "tool_use", "template": "named tools"}]
# Which chat template counts; its text is what it renders.
TEMPLATES = [
    template("none"),
    template("a file", ["chat_template.jinja", [], "file"]),
    template("in the config", [CONFIG, ["chat_template"], "config"]),
    template("a file over the config", ["chat_template.jinja", [], "file"], [CONFIG, ["chat_template"], "config"]),
    template("a file over a list", ["chat_template.jinja", [], "file"], [CONFIG, ["chat_template"], NAMED]),
    template("a list", [CONFIG, ["chat_template"], NAMED]),
    template("a list with one name twice", [CONFIG, ["chat_template"], [*NAMED, {"name": "default", "template": "last"}]]),
    template("a list without a default", [CONFIG, ["chat_template"], NAMED[1:]]),
    template("an object", [CONFIG, ["chat_template"], {"default": "object", "tool_use": "object tools"}]),
    template("null", [CONFIG, ["chat_template"], None]),
    template("a file and another for tools", ["chat_template.jinja", [], "file"],
             ["additional_chat_templates/tool_use.jinja", [], "file tools"]),
    template("a file for tools over the config", ["additional_chat_templates/tool_use.jinja", [], "file tools"],
             [CONFIG, ["chat_template"], "config"]),
    template("a default among the additional files", ["chat_template.jinja", [], "file"],
             ["additional_chat_templates/default.jinja", [], "more"]),
    template("an additional file of another name", ["additional_chat_templates/rag.jinja", [], "rag"],
             [CONFIG, ["chat_template"], "config"]),
]
