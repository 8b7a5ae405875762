"""What Python's transformers reads in the files of a tokenizer's folder: one field changed at a time.

Run by hand, never by users (with tokenizers and transformers 5.24 in .tools/python):

    .tools/python/bin/python bench/reference/tokenizer_folders.py

Each base is one of packages/tokenizer/src/fixtures/<family>.json with the files that a published folder of the
family has beside it; the cases are in tokenizer_folder_cases.py. Writes packages/tokenizer/src/fixtures/folders.json:
the bases, and for each case the edits ([file, path, new value], or [file, path] for a field that goes) and what
AutoTokenizer made of the folder: {"error": ...}, or the variables of a chat template, the tokens that are special
by name, the added tokens, and the ids of texts. `same` says that all of it is as in the case's base.
"""

import copy
import json
import logging
import os
import tempfile
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

from tokenizer_folder_cases import BASES, CASES, TEMPLATES  # noqa: E402
from transformers import AutoTokenizer  # noqa: E402

FIXTURES = Path(__file__).parents[2] / "packages" / "tokenizer" / "src" / "fixtures"
TEXTS = ["Ab \u00c9t\u00e9 12  345", "  the order,\n\nwas  e\u0301 sent .", "\u6f22\u5b57 it's A's \U0001f44b"]


def folder_of(base: str, edits: list) -> dict:
    files = copy.deepcopy(BASES[base]["files"])
    files["tokenizer.json"] = json.loads((FIXTURES / f"{BASES[base]['tokenizer']}.json").read_text())
    for file, path, *value in edits:
        if path == []:
            if value == []:
                files.pop(file)
            else:
                files[file] = copy.deepcopy(value[0])
            continue
        node = files.setdefault(file, {})
        for key in path[:-1]:
            node = node[key]
        key = path[-1]
        if value == []:
            del node[key]
        elif isinstance(node, list) and key == len(node):
            node.append(copy.deepcopy(value[0]))
        else:
            node[key] = copy.deepcopy(value[0])
    return files


def template_of(tokenizer, tools: list | None) -> str | None:
    try:
        return tokenizer.get_chat_template(tools=tools)
    except ValueError:
        return None


def read(files: dict, asked: list[str] | None) -> dict:
    with tempfile.TemporaryDirectory() as folder:
        for name, value in files.items():
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            Path(folder, name).parent.mkdir(exist_ok=True)
            Path(folder, name).write_text(text)
        try:
            tokenizer = AutoTokenizer.from_pretrained(folder)
            if asked is None:
                return {"plain": template_of(tokenizer, None), "tools": template_of(tokenizer, [{}])}
            added = tokenizer.added_tokens_decoder
            # What a chat holds: every added token between words, and every text that a case asks for.
            texts = [*TEXTS, *asked, " a ".join(token.content for _, token in sorted(added.items()))]
            ids = [tokenizer.encode(text, add_special_tokens=False) for text in texts]
            return {
                "variables": tokenizer.special_tokens_map,
                "special": sorted(set(tokenizer.all_special_ids)),
                "added": [
                    [id, t.content, t.special, t.normalized, t.single_word, t.lstrip, t.rstrip]
                    for id, t in sorted(added.items())
                ],
                "texts": texts,
                "ids": ids,
                "whole": [tokenizer.encode(text) for text in texts[:1]],
                "offsets": [tokenizer(text, return_offsets_mapping=True, add_special_tokens=False)["offset_mapping"]
                            for text in texts[:1]],
                "skipped": [tokenizer.decode(list_, skip_special_tokens=True) for list_ in ids],
            }
        except Exception as error:  # noqa: BLE001 (that it fails is what is written down)
            return {"error": f"{type(error).__name__}: {str(error)[:120]}".replace(folder, "")}


def main() -> None:
    logging.disable(logging.ERROR)
    plain = {}
    cases = []
    for name, base, *edits in [*((base, base) for base in BASES), *CASES]:
        asked = [edit[1] for edit in edits if edit[0] == "text"]
        edits = [edit for edit in edits if edit[0] != "text"]
        right = read(folder_of(base, edits), asked)
        if name == base:
            plain[base] = right
        elif not asked and right == plain[base]:
            right = {"same": True}
        cases.append({"name": name, "base": base, "edits": edits, **right})
        print(name, {k: v for k, v in right.items() if k in ("error", "same", "variables", "special")})
    bases = {name: {"tokenizer": base["tokenizer"], "files": base["files"]} for name, base in BASES.items()}
    templates = [
        {"name": name, "base": base, "edits": edits, **read(folder_of(base, edits), None)}
        for name, base, *edits in TEMPLATES
    ]
    lines = ",\n".join(json.dumps(case, ensure_ascii=False, separators=(",", ":")) for case in cases)
    text = json.dumps(bases, ensure_ascii=False, separators=(",", ":"))
    (FIXTURES / "folders.json").write_text(f'{{"bases":{text},\n"templates":{json.dumps(templates)},\n"cases":[\n{lines}\n]}}\n')


if __name__ == "__main__":
    main()
