/** What a column of a file may be, by format: those that must be there, and those that may. */
export const formatRoles = {
  'openai-preference': { must: ['input', 'chosen', 'rejected'], may: [] },
  preference: { must: ['chosen', 'rejected'], may: ['prompt', 'input', 'system', 'tools'] },
  'openai-judged': { must: ['input', 'output', 'label'], may: [] },
  kto: { must: ['prompt', 'label'], may: ['completion', 'input', 'system', 'tools'] },
  chat: { must: ['messages'], may: ['system', 'tools'] },
  sharegpt: { must: ['messages'], may: ['system', 'tools'] },
  gemini: { must: ['messages'], may: ['system'] },
  glaive: { must: ['chat'], may: ['system'] },
  bfcl: { must: ['question', 'functions'], may: ['answer'] },
  alpaca: { must: ['instruction', 'output'], may: ['input', 'history', 'system'] },
  'question-answer': { must: ['question', 'answer'], may: ['context'] },
  'chat-completion': { must: ['prompt', 'completion'], may: ['tools'] },
  'prompt-completion': { must: ['prompt', 'completion'], may: [] },
  'multiple-choice': { must: ['question', 'choices', 'answer'], may: ['context'] },
  squad: { must: ['question', 'context', 'answers'], may: ['impossible'] },
  tags: { must: ['tokens', 'tags'], may: [] },
  spans: { must: ['text', 'spans'], may: [] },
  pieces: { must: ['pieces'], may: [] },
  'scored-pairs': { must: ['text', 'pair', 'score'], may: [] },
  pairs: { must: ['anchor', 'positive'], may: ['negatives'] },
  labels: { must: ['text', 'label'], may: ['pair'] },
  text: { must: ['text'], may: [] },
} as const satisfies Record<
  string,
  { readonly must: readonly string[]; readonly may: readonly string[] }
>;

/** A way in which people write rows. */
export type FormatName = keyof typeof formatRoles;

/** What a column is to its row. */
export type ColumnRole = (typeof formatRoles)[FormatName]['must' | 'may'][number];
