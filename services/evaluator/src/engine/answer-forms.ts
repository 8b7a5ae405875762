import { deserialize } from 'node:v8';
import { type Constraint, createForm, type Vocabulary } from '@lathe/engine/constraint';
import type { GeneratedToken, Generator } from '@lathe/engine/generator';
import type { Schema } from '@lathe/engine/schema';
import { tokenTrie } from '@lathe/engine/token-trie';
import { loadTokenizer } from '@lathe/tokenizer/tokenizer';
import type { AnswerForm, GenerateRequest } from './engine.ts';
import type { Reading } from './model-pool.ts';
import { ownTexts, ownTextsFolder } from './own-texts.ts';

/** Schemas whose machines are kept ready for a model. */
const mostForms = 16;

/** The forms of answers that requests to one model have asked for. */
type AnswerForms = {
  /** Holds one answer to a form. Throws FormError where the model's tokens cannot keep to it. */
  begin(form: AnswerForm, stopTokens: readonly number[]): Promise<Constraint>;
};

/** Forms over the tokens of the model in a folder; its tokenizer is read when the first is asked for. */
function createAnswerForms(folder: string): AnswerForms {
  const forms = new Map<string, ReturnType<typeof createForm>>();
  const vocabularies = new Map<string, Promise<Vocabulary>>();
  return {
    async begin({ key, schema, mark, control }, stopTokens) {
      const tokens = JSON.stringify(control);
      const read = vocabularies.get(tokens) ?? readVocabulary(folder, control);
      vocabularies.set(tokens, read);
      const known = await read;
      const form = forms.get(key) ?? createForm(deserialize(schema) as Schema, known);
      forms.delete(key);
      forms.set(key, form);
      const [oldest] = forms.keys();
      if (forms.size > mostForms && oldest !== undefined) forms.delete(oldest);
      return form.begin(stopTokens, mark ?? undefined);
    },
  };
}

/** The tokens of a model that answers are written with; `control` are some that are not ordinary. */
async function readVocabulary(folder: string, control: readonly string[]): Promise<Vocabulary> {
  const tokenizer = await loadTokenizer(folder);
  const ids = Array.from({ length: tokenizer.vocabularySize }, (_, id) => id);
  const bytes = ids.map((id) => tokenizer.tokenBytes(id));
  for (const text of control) {
    const id = tokenizer.tokenId(text);
    if (id !== undefined) bytes[id] = Buffer.from(text);
  }
  return { bytes, trie: tokenTrie(bytes) };
}

/** A generator whose requests say what their answers keep to. */
export type FormingGenerator = Omit<Generator, 'generate'> & {
  generate(
    request: GenerateRequest & Reading & { readonly adapter?: string },
    signal?: AbortSignal,
  ): AsyncIterable<GeneratedToken>;
};

/**
 * A generator whose answers keep to the schemas that requests name; `folder` is its model's. An adapter's answers are
 * of the tokens that it was trained with.
 */
export function withForms(generator: Generator, folder: string): FormingGenerator {
  const known = new Map<string, AnswerForms>();
  const formsOf = async (adapter: string | undefined): Promise<AnswerForms> => {
    const texts = adapter === undefined ? folder : ((await ownTexts(adapter)) ?? folder);
    const forms = known.get(texts) ?? createAnswerForms(texts);
    known.set(texts, forms);
    return forms;
  };
  return {
    ...generator,
    unloadAdapter(name) {
      known.delete(ownTextsFolder(name));
      return generator.unloadAdapter(name);
    },
    async *generate({ form, ...request }, signal) {
      const constraint =
        form === null
          ? {}
          : { constraint: await (await formsOf(request.adapter)).begin(form, request.stopTokens) };
      yield* generator.generate({ ...request, ...constraint }, signal);
    },
  };
}
