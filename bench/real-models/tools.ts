import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type OpenAI from 'openai';
import { runScript, spread, throughGguf, tune, withPlatform, writePart } from './run.ts';

type Row = Pick<OpenAI.ChatCompletionCreateParamsNonStreaming, 'messages' | 'tools'>;
type Call = { readonly name: string; readonly arguments: unknown };

/** What a model says first, and which tool it calls. */
type Answered = {
  /** Log-probabilities of the first token's likeliest, by the token. */
  readonly first: ReadonlyMap<string, number>;
  readonly calls: readonly Call[];
  /** The whole answer, to be compared. */
  readonly text: string;
};

export type ToolsOptions = {
  /** The folder of the base model. */
  readonly base: string;
  readonly about: string;
  /** Conversations of glaive-function-calling, a JSON list. */
  readonly source: string;
  readonly work: string;
  readonly counts: Readonly<Record<'rows' | 'test' | 'asked' | 'epochs', number>>;
};

/** The question up to a row's first call, and the call that stands there; undefined where a row has none. */
function question(line: string): (Row & { readonly gold: Call }) | undefined {
  const { messages, tools } = JSON.parse(line) as Row;
  const at = messages.findIndex((message) => 'tool_calls' in message);
  const message = messages[at];
  if (message?.role !== 'assistant') return undefined;
  const [call] = (message.tool_calls ?? []).map(named);
  return call && { messages: messages.slice(0, at), tools: tools ?? [], gold: call };
}

function named(call: OpenAI.ChatCompletionMessageToolCall): Call {
  if (call.type !== 'function') throw new Error(`a call of type ${call.type}`);
  return { name: call.function.name, arguments: JSON.parse(call.function.arguments) as unknown };
}

async function ask(
  client: OpenAI,
  model: string,
  { messages, tools = [] }: Row,
): Promise<Answered> {
  const answer = await client.chat.completions.create({
    ...{ model, messages, tools, temperature: 0, max_tokens: 96 },
    ...{ logprobs: true, top_logprobs: 10 },
  });
  const { message, logprobs } = answer.choices[0]!;
  const top = logprobs?.content?.[0]?.top_logprobs ?? [];
  const calls = (message.tool_calls ?? []).map(named);
  return {
    first: new Map(top.map(({ token, logprob }) => [token, logprob])),
    calls,
    text: JSON.stringify([message.content, calls]),
  };
}

/** The largest difference of a log-probability of the first token. */
function apart(one: Answered, other: Answered): number {
  const shared = [...one.first].filter(([token]) => other.first.has(token));
  if (shared.length === 0) return Number.POSITIVE_INFINITY;
  return Math.max(...shared.map(([token, value]) => Math.abs(value - other.first.get(token)!)));
}

/**
 * Tunes on tool calls over HTTP, exports to GGUF, imports that again and asks both; writes its part of
 * docs/real-models.md.
 */
export async function showTools(options: ToolsOptions): Promise<void> {
  const { base, about, source, work, counts } = options;
  // The model's own template knows no tools; the project's models stay as they were fetched.
  const folder = path.join(work, 'models', 'smollm2-tools');
  await mkdir(path.dirname(folder), { recursive: true });
  await cp(base, folder, { recursive: true });
  runScript(work, 'examples/tools/add-template.ts', folder);
  runScript(work, 'examples/tools/prepare.ts', '--source', source, '--out', work);
  const read = async (file: string, count: number): Promise<string[]> => {
    const lines = (await readFile(path.join(work, file), 'utf8')).trimEnd().split('\n');
    // Of the rows with a call the shortest, so that two cores are enough.
    const calling = lines.filter((line) => question(line) !== undefined);
    const short = calling.toSorted((a, b) => a.length - b.length).slice(0, 2 * count);
    return spread(short, count);
  };
  const [train, test] = [
    await read('train.jsonl', counts.rows),
    await read('test.jsonl', counts.test),
  ];
  const files = [path.join(work, 'calls.jsonl'), path.join(work, 'held-out.jsonl')] as const;
  await writeFile(files[0], `${train.join('\n')}\n`);
  await writeFile(files[1], `${test.join('\n')}\n`);
  const adapter = path.join(work, 'adapter');
  const lathe = { few_shot_examples: 0, evaluation_rows: counts.test };
  const tuning = { base: 'smollm2-tools', files, suffix: 'tools', epochs: counts.epochs, lathe };
  const asked = test.slice(0, counts.asked).flatMap((line) => question(line) ?? []);
  const tuned = await withPlatform(work, (client) => tune(client, tuning, adapter));
  const back = 'smollm2-tools-from-gguf';
  await throughGguf(work, { base: folder, adapter, dtype: 'f32' }, back);
  runScript(work, 'examples/tools/add-template.ts', path.join(work, 'models', back));
  const pairs = await withPlatform(work, async (client) => {
    const found: { own: Answered; other: Answered; gold: Call }[] = [];
    for (const row of asked)
      found.push({
        own: await ask(client, tuned.model, row),
        other: await ask(client, back, row),
        gold: row.gold,
      });
    return found;
  });
  const equal = pairs.filter(({ own, other }) => own.text === other.text).length;
  const far = Math.max(...pairs.map(({ own, other }) => apart(own, other)));
  const right = pairs.filter(
    ({ own, gold }) => JSON.stringify(own.calls[0]) === JSON.stringify(gold),
  ).length;
  const [first] = pairs;
  const contestants = tuned.report.contestants.map(
    ({ name, loss }) => `${name} ${loss?.toFixed(3) ?? 'none'}`,
  );
  await writePart(
    'tools',
    `${about}, with the template of \`examples/tools/add-template.ts\`, since its own knows no tools. ${train.length} short
conversations of glaive-function-calling with a call to train on, ${test.length} held out; one LoRA job over HTTP,
${counts.epochs} epochs, other settings \`auto\`, ${Math.round(tuned.seconds / 60)} minutes. Loss on the held-out rows: ${contestants.join(', ')}.

The adapter, fetched over HTTP, merged and exported as a GGUF file in float32, was imported again as a base model. Asked
over HTTP for the first call of ${pairs.length} held-out conversations: ${equal} of ${pairs.length} greedy answers are those of the
tuned model, and the ten likeliest first tokens differ by at most ${far.toExponential(0)} in log-probability. ${right} of ${pairs.length} calls
are the recorded ones, name and arguments. The first: \`${JSON.stringify(first?.own.calls[0] ?? first?.own.text)}\`.`,
  );
}
