/**
 * Asks a model each question of a file several times and prints pass@k: how likely at least one of k answers is right.
 * Rows are chats as `prepare.ts` makes them of GSM8K; an answer is right that ends in the number behind `####`, or
 * where the expected answer has none, is the same text.
 */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { exactMatch, numberMatch } from '@lathe/scoring/answer-match';
import { bootstrap } from '@lathe/scoring/bootstrap';
import { passAtK } from '@lathe/scoring/pass-at-k';

const usage =
  'node examples/tasks/pass-at-k.ts --file <chats.jsonl> --model <model> [--url http://127.0.0.1:8080] [--answers 8] [--k 1,4,8] [--most 50] [--temperature 0.8]';

type Message = { readonly role: string; readonly content: string };
type Answered = { readonly choices: readonly { readonly message: { readonly content: string } }[] };

const { values } = parseArgs({
  options: {
    file: { type: 'string' },
    model: { type: 'string' },
    url: { type: 'string', default: 'http://127.0.0.1:8080' },
    answers: { type: 'string', default: '8' },
    k: { type: 'string', default: '1,4,8' },
    most: { type: 'string', default: '50' },
    temperature: { type: 'string', default: '0.8' },
  },
});

/** How many of the answers to a row are right. */
async function rightAnswers(messages: readonly Message[]): Promise<number> {
  const expected = messages.at(-1)?.content ?? '';
  const response = await fetch(`${values.url}/v1/chat/completions`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${process.env.LATHE_API_KEY ?? ''}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({
      model: values.model,
      messages: messages.slice(0, -1),
      n: Number(values.answers),
      temperature: Number(values.temperature),
      seed: 1,
    }),
  });
  if (!response.ok) throw new Error(await response.text());
  const { choices } = (await response.json()) as Answered;
  const isRight = expected.includes('####') ? numberMatch : exactMatch;
  return choices.filter(({ message }) => isRight(expected, message.content)).length;
}

if (!values.file || !values.model) {
  console.error(usage);
  process.exitCode = 2;
} else {
  const lines = (await readFile(values.file, 'utf8')).split('\n').filter((line) => line !== '');
  const right: number[] = [];
  for (const line of lines.slice(0, Number(values.most))) {
    const row = JSON.parse(line) as { readonly messages: readonly Message[] };
    right.push(await rightAnswers(row.messages));
  }
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  for (const k of values.k.split(',').map(Number)) {
    const each = right.map((count) =>
      passAtK({ answers: Number(values.answers), right: count, k }),
    );
    const mean = (draw: ArrayLike<number>): number =>
      Array.from(draw, (row) => each[row] as number).reduce((sum, value) => sum + value, 0) /
      draw.length;
    const { value, low, high } = bootstrap(each.length, mean, { seed: 1, draws: 1000 });
    console.log(
      `pass@${k}: ${percent(value)} (${percent(low)} to ${percent(high)}) on ${each.length} questions`,
    );
  }
}
