import { LatheError } from '@lathe/contracts/error';
import { choicePrompt, mostChoices } from '@lathe/contracts/words/choices';
import { compileTemplate } from '@lathe/tokenizer/jinja';
import { Findings } from './findings.ts';
import { greedyAsk, type Imported, rowLines } from './imported.ts';
import { readTask, type TaskConfig } from './lm-eval-config.ts';
import { exactMatches, rightChoice } from './lm-eval-graders.ts';

type Document = Readonly<Record<string, unknown>>;
/** What all templates of one import may take, so that none of them keeps the thread for long. */
const limits = {
  steps: 200_000,
  characters: 1024 * 1024,
  builtCharacters: 4 * 1024 * 1024,
  depth: 50,
};

/**
 * Reads a task of lm-evaluation-harness, and the documents that it is to be judged by, as JSON Lines: no dataset is downloaded. Texts,
 * targets and choices are those that the harness reads (0.4.13). Throws `invalid_value` for what cannot be read.
 */
export function readTaskWithDocuments(content: string, documents: string | undefined): Imported {
  const { config, unknown } = readTask(content);
  const findings = new Findings();
  tell(config, unknown, findings);
  const docs = readDocuments(documents);
  const features = new Set(docs.flatMap(Object.keys));
  const isChoice = config.output_type === 'multiple_choice';
  const read = isChoice ? choiceReader(config, features) : textReader(config, features);
  const rows = rowLines();
  for (const [at, doc] of docs.entries()) rows.add({ item: inLine(at + 1, () => read(doc)) });
  const counted =
    docs.length === 1 ? '1 document is the row' : `${docs.length} documents are the rows`;
  findings.add('documents', 'kept', `${counted}.`);
  const criteria = isChoice ? rightChoice(config, findings) : exactMatches(config, findings);
  return {
    ...{ name: config.task, criteria, rows: rows.lines, findings: findings.list },
    itemSchema: {
      type: 'object',
      required: ['prompt'],
      properties: { prompt: { type: 'string' } },
    },
    asks: [askOf(config)],
  };
}

/** What fails is said with its line. */
function inLine<T>(line: number, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw new Error(`documents, line ${line}: ${(error as Error).message}`, { cause: error });
  }
}

function tell(
  { num_fewshot, generation_kwargs }: TaskConfig,
  unknown: readonly string[],
  findings: Findings,
): void {
  findings.add('doc_to_text', 'changed', 'It is asked as a message of a chat.');
  for (const key of unknown)
    findings.add(key, 'impossible', 'It has no meaning here, and is left out.');
  if ((num_fewshot ?? 0) > 0)
    findings.add(
      'num_fewshot',
      'impossible',
      `There, examples of another split stand before each question (${num_fewshot}), and here none.`,
    );
  if (generation_kwargs?.until != null)
    findings.add(
      'generation_kwargs.until',
      'changed',
      'The grader cuts answers there; the model goes on.',
    );
  if (generation_kwargs?.do_sample === true)
    findings.add('generation_kwargs.do_sample', 'kept', 'Answers are drawn at its temperature.');
}

function readDocuments(text: string | undefined): Document[] {
  const param = 'documents';
  const lines = (text ?? '').split(/\r\n?|\n/);
  const documents = lines.flatMap((line, at): Document[] => {
    if (line.trim() === '') return [];
    try {
      const document: unknown = JSON.parse(line);
      if (typeof document === 'object' && document !== null && !Array.isArray(document))
        return [document as Document];
    } catch {
      // It is told with what is JSON but no object.
    }
    throw new LatheError('invalid_value', `Line ${at + 1} of '${param}' is no JSON object.`, {
      param,
    });
  });
  if (documents.length > 0) return documents;
  throw new LatheError(
    'invalid_value',
    `'${param}' must have the documents of the task, as JSON Lines: no dataset is downloaded.`,
    { param },
  );
}

type Item = { readonly prompt: string; readonly [key: string]: unknown };

function textReader(config: TaskConfig, features: ReadonlySet<string>): (doc: Document) => Item {
  const prompt = prompter(config, features);
  const { doc_to_target: target, doc_to_choice: choices } = config;
  const targetOf = valueReader(target, features);
  const choicesOf = choices == null ? undefined : choiceList(choices, features);
  return (doc) => {
    const value = targetOf(doc);
    const gold = choicesOf === undefined ? value : choicesOf(doc)[Number(value)];
    return {
      prompt: prompt(doc),
      targets: Array.isArray(gold) ? gold.map(String) : [String(gold)],
    };
  };
}

function choiceReader(config: TaskConfig, features: ReadonlySet<string>): (doc: Document) => Item {
  const { doc_to_target, doc_to_choice } = config;
  if (doc_to_choice == null) throw new Error('doc_to_choice is missing.');
  const prompt = prompter(config, features);
  const targetOf = valueReader(doc_to_target, features);
  const choicesOf = choiceList(doc_to_choice, features);
  return (doc) => {
    const choices = choicesOf(doc);
    if (choices.length > mostChoices) throw new Error(`it has more than ${mostChoices} choices.`);
    const target = targetOf(doc);
    const isIndex =
      typeof target === 'number' || (typeof target === 'string' && /^\d+$/.test(target));
    const gold = isIndex ? Number(target) : choices.indexOf(String(target));
    if (choices[gold] === undefined)
      throw new Error(`${JSON.stringify(target)} is none of its choices.`);
    const question = prompt(doc);
    return { prompt: choicePrompt(question, choices), question, choices, gold };
  };
}

/** The description and the text of a document. */
function prompter(
  { description, doc_to_text }: TaskConfig,
  features: ReadonlySet<string>,
): (doc: Document) => string {
  const before = rendering(description ?? '');
  const text = features.has(doc_to_text)
    ? (doc: Document) => String(doc[doc_to_text])
    : rendering(doc_to_text);
  return (doc) => before(doc) + text(doc);
}

/** Chat templates lose the line end behind a block, the space before it, and the last line end; the harness's keep all three. */
function rendering(template: string): (doc: Document) => string {
  const kept = template.replace(/\{%(?![-+])/g, '{%+').replace(/(?<![-+])%\}/g, '+%}');
  const compiled = compileTemplate(kept.replace(/\n$/, "{{ '\\n' }}"));
  return (doc) => compiled.render(doc, { limits });
}

/** A target: a field, a list where the template is one expression that gives a list, a text otherwise. */
function valueReader(
  source: TaskConfig['doc_to_target'],
  features: ReadonlySet<string>,
): (doc: Document) => unknown {
  if (typeof source !== 'string') return () => source;
  if (features.has(source)) return (doc) => doc[source];
  const text = rendering(source);
  const list = expressionReader(source);
  return (doc) => {
    const value = list?.(doc);
    return Array.isArray(value) ? value : text(doc);
  };
}

function choiceList(
  source: NonNullable<TaskConfig['doc_to_choice']>,
  features: ReadonlySet<string>,
): (doc: Document) => string[] {
  if (typeof source !== 'string') {
    const choices = Object.values(source);
    return () => choices;
  }
  const read = features.has(source) ? (doc: Document) => doc[source] : expressionReader(source);
  if (read === undefined) throw new Error('doc_to_choice is no list, no field and no expression.');
  return (doc) => {
    const value = read(doc);
    if (!Array.isArray(value)) throw new Error('doc_to_choice gives no list.');
    return value.map(String);
  };
}

/** The value of a template that is one expression and nothing else; undefined for another one. */
function expressionReader(template: string): ((doc: Document) => unknown) | undefined {
  const expression = /^\s*\{\{((?:(?!\}\}|\{\{).)*)\}\}\s*$/s.exec(template)?.[1];
  if (expression === undefined) return undefined;
  const compiled = compileTemplate(`{{ (${expression.replace(/^-|-$/g, '')}) | tojson }}`);
  return (doc) => JSON.parse(compiled.render(doc, { limits }));
}

function askOf({
  task,
  generation_kwargs,
  output_type,
}: TaskConfig): NonNullable<Imported['asks']>[number] {
  const ask = greedyAsk(task, [{ role: 'user', content: '{{ item.prompt }}' }]);
  if (output_type === 'multiple_choice') return ask;
  const { temperature = 0, max_gen_toks = 256, do_sample } = generation_kwargs ?? {};
  const heat = do_sample === true ? temperature : 0;
  return { ...ask, sampling_params: { temperature: heat, max_completion_tokens: max_gen_toks } };
}
