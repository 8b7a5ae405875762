import { readFile } from 'node:fs/promises';
import { intents, message } from '../../models/text/message.ts';
import { createRandom } from '../../models/text/random.ts';

/** Rows of a task, and what the report on it should come to. */
export type VerdictCase = {
  /** The name of its files. */
  readonly name: string;
  readonly outcomes: readonly string[];
  readonly rows: readonly object[];
};

/** The support messages of the built-in model's text, sorted as a JSON object: it knows their topics, and never wrote JSON. */
function sortedAsJson(): object[] {
  const random = createRandom(101);
  return Array.from({ length: 400 }, () => {
    const intent = random.pick(intents);
    const answer = JSON.stringify({ area: intent.area, topic: intent.name });
    return row('Sort the message as JSON.', message(intent, random), answer);
  });
}

/** What the built-in model learned when it was made. */
function known(): object[] {
  const random = createRandom(102);
  return Array.from({ length: 300 }, () => {
    const intent = random.pick(intents);
    return row('What is the topic of this message?', message(intent, random), intent.name);
  });
}

type Chat = { readonly messages: readonly { readonly content: string }[] };

async function quickstart(): Promise<Chat[]> {
  const lines = (await readFile('examples/support-routing.jsonl', 'utf8')).trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as Chat);
}

/** The quickstart's messages with the queues of others: there is nothing to be learnt. */
async function shuffled(): Promise<object[]> {
  const rows = await quickstart();
  const queues = createRandom(103).shuffled(
    rows.map(({ messages }) => messages.at(-1)?.content ?? ''),
  );
  return rows.map(({ messages: [system, user] }, at) =>
    row(system?.content ?? '', user?.content ?? '', queues[at] ?? ''),
  );
}

function row(system: string, user: string, assistant: string): object {
  const messages = Object.entries({ system, user, assistant });
  return { messages: messages.map(([role, content]) => ({ role, content })) };
}

/** The jobs, in the order in which they are shown. */
export async function verdictCases(): Promise<VerdictCase[]> {
  return [
    // A count of words tells its queues as well as a model does.
    { name: 'quickstart', outcomes: ["don't fine-tune"], rows: await quickstart() },
    { name: 'new-form', outcomes: ['improved'], rows: sortedAsJson() },
    { name: 'shuffled', outcomes: ['cannot tell', 'regressed'], rows: await shuffled() },
    { name: 'known', outcomes: ["don't fine-tune"], rows: known() },
  ];
}
