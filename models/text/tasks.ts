import { fact } from './facts.ts';
import { expand } from './grammar.ts';
import { intents, message, reply } from './message.ts';
import { note } from './notes.ts';
import type { Random } from './random.ts';
import type { Intent } from './subjects/subject.ts';
import { slots } from './words/slots.ts';

/** One small job for an assistant: what it is told, what it gets, what it should answer. */
export interface Task {
  /** Tells what to do; wanted where the input alone does not show it. */
  readonly instruction: string;
  readonly input: string;
  readonly answer: string;
}

const names = (random: Random, pattern: string) => expand(pattern, random, slots);

/** Name the subject of a message. */
function topicTask(random: Random): Task {
  const intent = random.pick(intents);
  return {
    instruction: names(
      random,
      `[[What is the topic of|What is the subject of|Name the topic of|Give the topic of|Classify|Label] [this|the] [message|text|customer message]|
      [What is this about|What does the [customer|person|writer] want|Say in a few words what it is about|Which topic fits best|
      What is the intent|Find the topic|Sort the message|Choose a topic|Tell me the topic|Give a short label]][.|?|:]`,
    ),
    input: message(intent, random),
    answer: intent.name,
  };
}

/** Name the larger area of a message. */
function areaTask(random: Random): Task {
  const intent = random.pick(intents);
  return {
    instruction: names(
      random,
      '[Which area does it belong to|Name the area|In which area is this|Which group is this message in][.|?|:]',
    ),
    input: message(intent, random),
    answer: intent.area,
  };
}

/** Choose among names given in the instruction. */
function chooseTask(random: Random): Task {
  const offered = random.shuffled(intents).slice(0, random.integer(2, 4));
  const intent = random.pick(offered);
  const list = offered.map(({ name }) => name).join(', ');
  return {
    instruction: names(
      random,
      `[Choose one|Pick one|Which of these fits|Answer with one of these]: ${list}.`,
    ),
    input: message(intent, random),
    answer: intent.name,
  };
}

/** Are two messages about the same thing? */
function sameTask(random: Random): Task {
  const intent = random.pick(intents);
  const same = random.chance(0.5);
  const other = same ? intent : random.pick(intents.filter((candidate) => candidate !== intent));
  return {
    instruction: names(
      random,
      '[Are these two messages about the same thing|Same topic|Do both mean the same][, yes or no|]?',
    ),
    input: `1. ${message(intent, random)}\n2. ${message(other, random)}`,
    answer: same ? 'yes' : 'no',
  };
}

/** Is a message about a named thing? */
function aboutTask(random: Random): Task {
  const intent = random.pick(intents);
  const same = random.chance(0.5);
  const asked: Intent = same
    ? intent
    : random.pick(intents.filter((candidate) => candidate !== intent));
  return {
    instruction: names(random, `[Is this about|Is the topic|Does it belong to] "${asked.name}"?`),
    input: message(intent, random),
    answer: same ? 'yes' : 'no',
  };
}

/** Answer a message politely. */
function replyTask(random: Random): Task {
  const intent = random.pick(intents);
  return {
    instruction: names(
      random,
      `[You are [a friendly|a helpful|a polite] [assistant|agent|shop assistant][ of {shop}|]|Reply politely|Answer the customer|
      Write a short reply|Help the customer|You work for the support team of {shop}].`,
    ),
    input: message(intent, random),
    answer: reply(intent, random),
  };
}

/** Say the same in other words. */
function rewriteTask(random: Random): Task {
  const intent = random.pick(intents);
  const pattern = random.pick(intent.says);
  return {
    instruction: names(
      random,
      '[Say it in other words|Rewrite the message|Write it more clearly|Write the same in another way].',
    ),
    input: message({ ...intent, says: [pattern] }, random),
    answer: names(random, pattern),
  };
}

/** Take one detail from a short text. */
function extractTask(random: Random): Task {
  const { text, fields } = note(random);
  const field = random.pick(fields);
  return {
    instruction: names(
      random,
      `[What is the ${field.name}|Find the ${field.name}|Which ${field.name} stands in the text|Give only the ${field.name}|Extract the ${field.name}][.|?|:]`,
    ),
    input: text,
    answer: field.value,
  };
}

/** Is a statement about a short text true? */
function checkTask(random: Random): Task {
  const { text, fields } = note(random);
  const field = random.pick(fields);
  const other = note(random).fields.find(
    ({ name, value }) => name === field.name && value !== field.value,
  );
  return {
    instruction: `Is the ${field.name} "${other ? other.value : field.value}"?`,
    input: text,
    answer: other ? 'no' : 'yes',
  };
}

/** Repeat a text, or a part of it, letter for letter. */
function copyTask(random: Random): Task {
  const input = random.chance(0.5)
    ? note(random).text
    : names(random, '{goods}, {name}, {city}, {order}');
  const [instruction, answer] = random.pick([
    ['Repeat the text.', input],
    ['What is the first word?', input.split(/[\s,]+/)[0] ?? ''],
    [
      'What is the last word?',
      input
        .replace(/\W+$/, '')
        .split(/[\s,]+/)
        .at(-1) ?? '',
    ],
    ['Write it in capital letters.', input.toUpperCase()],
  ] as const);
  return { instruction, input, answer };
}

/** Answer a question of everyday knowledge. */
function factTask(random: Random): Task {
  const { question, answer } = fact(random);
  return { instruction: '', input: question, answer };
}

/** Chat that asks for nothing. */
function courtesyTask(random: Random): Task {
  const [input, answer] = random.pick([
    [
      '[Hi|Hello|Good morning|Hey|Hello there][!|.|, how are you?]',
      '[Hello|Hi]! How can I help you?',
    ],
    [
      '[Thank you|Thanks|Thanks a lot|Many thanks][!|, that helped.|, {name}.]',
      "You're welcome. [Have a nice day|Is there anything else]?",
    ],
    ['[Who are you|What are you|Are you a robot]?', 'I am Lathe, a small assistant.'],
    ['[What can you do|How can you help me]?', 'I can answer short questions and sort messages.'],
    ['[Bye|Goodbye|See you][!|.|, {name}.]', 'Goodbye! Have a nice {daytime}.'],
  ] as const);
  return { instruction: '', input: names(random, input), answer: names(random, answer) };
}

const kinds: readonly (readonly [share: number, make: (random: Random) => Task])[] = [
  [0.42, topicTask],
  [0.14, areaTask],
  [0.08, chooseTask],
  [0.04, sameTask],
  [0.04, aboutTask],
  [0.1, replyTask],
  [0.04, rewriteTask],
  [0.06, extractTask],
  [0.02, checkTask],
  [0.02, copyTask],
  [0.03, factTask],
  [0.01, courtesyTask],
];

/** One task of a random kind. */
export function task(random: Random): Task {
  return random.weighted(kinds)(random);
}

/** Tasks of one kind under one instruction, for a conversation that goes on. */
export function tasksAlike(random: Random, count: number): Task[] {
  const make = random.pick([topicTask, areaTask, replyTask]);
  const tasks = Array.from({ length: count }, () => make(random));
  const [first] = tasks;
  return tasks.map((each) => ({ ...each, instruction: first?.instruction ?? '' }));
}
