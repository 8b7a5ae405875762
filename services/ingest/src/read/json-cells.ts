/** Columns whose cells are lists. */
const listColumns: ReadonlySet<string> = new Set([
  ...['labels', 'tokens', 'ner_tags', 'tags', 'spans', 'entities', 'answers', 'negatives'],
]);
/** Columns whose cells are messages or the like, or text. */
const messageColumns: ReadonlySet<string> = new Set([
  ...[
    'messages',
    'conversations',
    'tools',
    'history',
    'prompt',
    'completion',
    'chosen',
    'rejected',
  ],
  ...['input', 'output', 'preferred_output', 'non_preferred_output'],
]);

/** Whether cells of a column may be JSON: lists, or messages and the like. */
export function jsonKind(name: string): 'list' | 'messages' | undefined {
  if (listColumns.has(name)) return 'list';
  return messageColumns.has(name) ? 'messages' : undefined;
}

/** What a cell says that holds a list or an object as JSON, by the name of its column; any other as it is. Throws SyntaxError for a list that is no JSON. */
export function jsonCell(name: string, cell: string): unknown {
  if (listColumns.has(name) && /^\s*[[{]/.test(cell)) return JSON.parse(cell) as unknown;
  if (!messageColumns.has(name) || !/^\s*(?:\[\s*\{|\{\s*")/.test(cell)) return cell;
  try {
    return JSON.parse(cell) as unknown;
  } catch {
    // Texts may begin with a bracket.
    return cell;
  }
}
