import { fact } from './facts.ts';
import { expand } from './grammar.ts';
import { intents, message, reply } from './message.ts';
import { note } from './notes.ts';
import { createRandom, type Random } from './random.ts';
import { task } from './tasks.ts';
import { slots } from './words/slots.ts';

const names = (random: Random, pattern: string) => expand(pattern, random, slots);

/** A message and its answer. */
function conversation(random: Random): string {
  const intent = random.pick(intents);
  const [asks, answers] = random.pick([
    ['Customer: ', 'Agent: '],
    ['Q: ', 'A: '],
    ['Message: ', 'Reply: '],
    ['', ''],
    ['Question: ', 'Answer: '],
    [`${names(random, '{name}')}: `, `${names(random, '{name}')}: `],
  ] as const);
  const turns = [`${asks}${message(intent, random)}`, `${answers}${reply(intent, random)}`];
  if (random.chance(0.25))
    turns.push(`${asks}${message(intent, random)}`, `${answers}${reply(intent, random)}`);
  return turns.join('\n');
}

/** Messages with what they are about after each: the subject has to be understood to be written. */
function labelled(random: Random): string {
  const [before, between] = random.pick([
    ['Message: ', '\nTopic: '],
    ['', ' -> '],
    ['"', '" is about: '],
    ['Text: ', '\nLabel: '],
    ['Customer: ', '\nIntent: '],
    ['- ', ' | '],
  ] as const);
  const shown = random.chance(0.15) ? 'area' : 'name';
  const rows = Array.from({ length: random.integer(1, 4) }, () => {
    const intent = random.pick(intents);
    return `${before}${message(intent, random)}${between}${intent[shown]}`;
  });
  return rows.join('\n');
}

/** Several wordings of one thing. */
function wordings(random: Random): string {
  const intent = random.pick(intents);
  const rows = Array.from({ length: random.integer(2, 4) }, () => message(intent, random));
  return random.chance(0.5)
    ? `Messages about ${intent.name}:\n${rows.map((row) => `- ${row}`).join('\n')}`
    : rows.join('\n');
}

function email(random: Random): string {
  const intent = random.pick(intents);
  const sender = names(random, '{name} {surname}');
  const head = `From: ${sender}\nSubject: ${random.chance(0.8) ? intent.name : names(random, 'Order {order}')}`;
  return `${head}\n\n${message(intent, random)}\n\n${names(random, '[Kind regards|Best wishes|Yours sincerely|Thanks|Regards],')}\n${sender}`;
}

function facts(random: Random): string {
  return Array.from({ length: random.integer(2, 5) }, () => {
    const { question, answer, statement } = fact(random);
    return random.chance(0.5) ? statement : `${question} ${answer}`;
  }).join(' ');
}

function notes(random: Random): string {
  const { text, fields } = note(random);
  const shown = random.shuffled(fields).slice(0, random.integer(0, 3));
  return [
    text,
    ...shown.map(({ name, value }) => `${name[0]?.toUpperCase()}${name.slice(1)}: ${value}`),
  ].join('\n');
}

/** A task in plain lines, so that instructions are known before the chat form is. */
function plainTask(random: Random): string {
  const { instruction, input, answer } = task(random);
  return [instruction, input, answer].filter((line) => line !== '').join('\n');
}

const kinds: readonly (readonly [share: number, make: (random: Random) => string])[] = [
  [0.2, conversation],
  [0.36, labelled],
  [0.14, wordings],
  [0.07, email],
  [0.05, facts],
  [0.05, notes],
  [0.13, plainTask],
];

/** Documents without end, the same for the same seed: everyday support, shop, bank and office English. */
export function* documents(seed: number): Generator<string, never> {
  const random = createRandom(seed);
  for (;;) yield random.weighted(kinds)(random);
}
