import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What a model reads, and what it learns to answer; the token that ends it comes after. */
type Pair = { readonly prompt: string; readonly completion: string };

/** Rows that people train on, told as chats. */
export type DataSet = {
  readonly name: string;
  readonly title: string;
  /** So many of its rows, spread over the whole file, from the folder that holds all data sets. */
  read(folder: string, count: number): Promise<Pair[]>;
};

/** The markers that SmolLM2 and Qwen write chats with. */
function chat(system: string, user: string, answer: string): Pair {
  const turn = (role: string, text: string) => `<|im_start|>${role}\n${text}<|im_end|>\n`;
  return {
    prompt: `${turn('system', system)}${turn('user', user)}<|im_start|>assistant\n`,
    completion: answer,
  };
}

function spread<T>(rows: readonly T[], count: number): T[] {
  const taken = Math.min(count, rows.length);
  return Array.from(
    { length: taken },
    (_, at) => rows[Math.floor((at * rows.length) / taken)] as T,
  );
}

type Problem = Record<'question' | 'answer', string>;
const stepByStep = 'Solve the problem step by step, and end with #### and the number.';

async function problems(folder: string): Promise<Problem[]> {
  const text = await readFile(join(folder, 'gsm8k', 'train-1500.jsonl'), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Problem);
}

type Abstract = {
  readonly QUESTION: string;
  readonly CONTEXTS: readonly string[];
  readonly LONG_ANSWER: string;
};

export const dataSets: readonly DataSet[] = [
  {
    name: 'banking77',
    title: 'banking77, 77 intents, all named in the system prompt',
    async read(folder, count) {
      const lines = (await readFile(join(folder, 'banking77', 'train.csv'), 'utf8'))
        .split('\n')
        .slice(1)
        .filter((line) => /,[a-zA-Z_?]+\r?$/.test(line) && !line.startsWith('"'));
      const rows = lines.map((line) => {
        const comma = line.lastIndexOf(',');
        return { text: line.slice(0, comma), intent: line.slice(comma + 1).trim() };
      });
      const intents = [...new Set(rows.map(({ intent }) => intent))].sort();
      const system = `You sort questions of a bank's customers. Answer with one of these intents: ${intents.join(', ')}.`;
      return spread(rows, count).map(({ text, intent }) => chat(system, text, intent));
    },
  },
  {
    name: 'gsm8k',
    title: 'gsm8k, questions with worked answers',
    async read(folder, count) {
      const rows = spread(await problems(folder), count);
      return rows.map(({ question, answer }) => chat(stepByStep, question, answer));
    },
  },
  {
    name: 'groups',
    title: 'gsm8k, four answers to each question, as groups of reinforcement have them',
    async read(folder, count) {
      const rows = spread(await problems(folder), count);
      return rows.map(({ answer }, at) =>
        chat(stepByStep, (rows[at - (at % 4)] as Problem).question, answer),
      );
    },
  },
  {
    name: 'pubmedqa',
    title: 'pubmedqa, an instruction, an abstract and an answer of several sentences',
    async read(folder, count) {
      const text = await readFile(join(folder, 'pubmedqa', 'pqal-400.json'), 'utf8');
      const rows = Object.values(JSON.parse(text) as Record<string, Abstract>);
      const system = 'Answer the question from the abstract, in full sentences.';
      return spread(rows, count).map(({ QUESTION, CONTEXTS, LONG_ANSWER }) =>
        chat(system, `${CONTEXTS.join('\n')}\n\n${QUESTION}`, LONG_ANSWER),
      );
    },
  },
];
