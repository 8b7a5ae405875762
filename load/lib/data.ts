/** Training rows made by rule: the same for the same project, and another file for each project. */

type Message = { readonly role: string; readonly content: string };
type Row = { readonly messages: readonly Message[] };

const products = [
  'lamp',
  'kettle',
  'desk',
  'bicycle',
  'jacket',
  'camera',
  'router',
  'blender',
  'tent',
  'printer',
  'sofa',
] as const;

const subjects = [
  { queue: 'delivery', text: (item: string) => `When will the ${item} that I ordered arrive?` },
  {
    queue: 'returns',
    text: (item: string) => `I want to send the ${item} back, how do I do that?`,
  },
  { queue: 'billing', text: (item: string) => `You charged me twice for the ${item}.` },
  { queue: 'repair', text: (item: string) => `My ${item} stopped working after a few days.` },
] as const;

const closings = [
  'Please answer soon.',
  'My order number is',
  'Thank you in advance, my customer number is',
  'I have written to you before, see case',
  'You can reach me by phone, extension',
] as const;

function row(project: number, index: number): Row {
  const subject = subjects[index % subjects.length] ?? subjects[0];
  const product = products[(index * 3 + project) % products.length] ?? products[0];
  const closing = closings[(index * 7 + project) % closings.length] ?? closings[0];
  const number = 1000 + ((index * 7919 + project * 104_729) % 9000);
  return {
    messages: [
      { role: 'system', content: 'Which queue of our web shop should answer this message?' },
      { role: 'user', content: `${subject.text(product)} ${closing} ${number}` },
      { role: 'assistant', content: subject.queue },
    ],
  };
}

/** JSONL of `count` chat rows of a project, from row `first` on. */
export function rowsAsJsonl(project: number, first: number, count: number): string {
  let text = '';
  for (let index = first; index < first + count; index++)
    text += `${JSON.stringify(row(project, index))}\n`;
  return text;
}
