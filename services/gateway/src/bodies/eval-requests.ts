import type { Tool } from '@lathe/contracts/artifact/tool';
import { LatheError } from '@lathe/contracts/error';
import type { ChatRequest } from '@lathe/contracts/http/chat';
import { type CreateRun, createRunSchema, type DataSource } from '@lathe/contracts/http/eval-run';
import type { CompletionFilter } from '@lathe/contracts/http/stored-completion';
import type { Asking } from '@lathe/contracts/record/eval-run';
import { checkTemplate } from '@lathe/graders/template';
import { parseRequest } from '../http/parse.ts';
import { requestHash } from '../jobs/duplicates.ts';
import { toInferenceRequest } from './chat-request.ts';

/** A request for a run: what is asked of each row, and the rows that it brings along as JSON Lines. */
export type ReadRun = {
  readonly body: Pick<CreateRun, 'name' | 'metadata'>;
  readonly hash: string;
  /** As it came, but without the rows in it. */
  readonly dataSource: Record<string, unknown>;
  readonly source:
    | { readonly file: string }
    | { readonly rows: readonly string[] }
    | { readonly completions: CompletionFilter };
  readonly asking: Asking | null;
};

type Asked = Exclude<DataSource, { type: 'jsonl' }>;
type Raw = { readonly data_source: Record<string, unknown> & { readonly source: object } };

/** Reads a request for a run. Throws what `parseRequest` throws, and `invalid_value` for a template that names no part of a row. */
export function readRun(json: unknown, project: string): ReadRun {
  const { data_source: source, name, metadata } = parseRequest(createRunSchema, json);
  // It fits its schema; a copy by the schema has other keys first.
  const { data_source: raw } = json as Raw;
  const { content: _, ...kept } = raw.source as { content?: unknown };
  return {
    body: { name, metadata },
    hash: requestHash(json),
    dataSource: { ...raw, source: kept },
    source: sourceOf(source.source),
    asking: source.type === 'jsonl' ? null : askingOf(source, { project, raw }),
  };
}

function sourceOf(source: DataSource['source']): ReadRun['source'] {
  if (source.type === 'file_id') return { file: source.id };
  if (source.type === 'file_content')
    return { rows: source.content.map((row) => JSON.stringify(row)) };
  const { type: _, ...filter } = source;
  return { completions: filter };
}

function askingOf(
  source: Asked,
  { project, raw }: { readonly project: string; readonly raw: Raw['data_source'] },
): Asking {
  const body: ChatRequest = {
    model: source.model,
    // Stands for those that each row has.
    messages: [{ role: 'user', content: 'row' }],
    ...samplingOf(source),
  };
  const asker = { project, requestId: '' };
  const request = within('data_source.sampling_params', () =>
    toInferenceRequest(body, asker, toolsOf(source, raw)),
  );
  const { messages: _, requestId: __, ...chat } = request;
  return { messages: messagesOf(source), chat };
}

/** Where the messages of a stored completion stand in its row. */
const storedInput = { type: 'item_reference', item_reference: 'item.input' } as const;

function messagesOf({ input_messages, source }: Asked): Asking['messages'] {
  const at = 'data_source.input_messages';
  const input = input_messages ?? (source.type === 'stored_completions' ? storedInput : null);
  if (input === null)
    throw new LatheError('missing_parameter', `'${at}' is missing: what each row asks.`, {
      param: at,
    });
  if (input.type === 'item_reference') {
    const path = input.item_reference.replace(/^\{\{\s*|\s*\}\}$/g, '');
    within(`${at}.item_reference`, () => checkTemplate(`{{ ${path} }}`, { hasSample: false }));
    return { kind: 'reference', path };
  }
  for (const [i, { content }] of input.template.entries())
    for (const block of [content].flat())
      within(`${at}.template[${i}].content`, () =>
        checkTemplate(typeof block === 'string' ? block : block.text, { hasSample: false }),
      );
  return { kind: 'template', template: input.template };
}

function samplingOf({ sampling_params: params }: Asked): Partial<ChatRequest> {
  if (params == null) return {};
  const { temperature, top_p, seed } = params;
  const most = params.max_completion_tokens ?? params.max_completions_tokens;
  return {
    ...{ temperature, top_p, seed, max_completion_tokens: most },
    response_format: 'text' in params ? formatOf(params.text?.format) : formatIn(params),
  };
}

function formatIn(params: object): ChatRequest['response_format'] {
  return 'response_format' in params
    ? (params.response_format as ChatRequest['response_format'])
    : undefined;
}

type Text = NonNullable<
  NonNullable<Extract<Asked, { type: 'responses' }>['sampling_params']>['text']
>;

/** The form of an answer as the Responses API writes it, in the words of chats. */
function formatOf(format: Text['format']): ChatRequest['response_format'] {
  if (format?.type !== 'json_schema') return format;
  const { type, ...schema } = format;
  return { type, json_schema: schema };
}

function toolsOf(source: Asked, raw: Raw['data_source']): readonly Tool[] {
  const params = raw.sampling_params as { readonly tools?: readonly object[] | null } | null;
  const tools = params?.tools ?? [];
  if (source.type === 'completions') return tools as readonly Tool[];
  return tools.map((tool) => {
    const { type: _, ...described } = tool as Tool['function'];
    return { type: 'function', function: described };
  });
}

/** Does what may refuse the request in words of its own, and names the field that it is about. */
function within<T>(param: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof LatheError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new LatheError('invalid_value', `Invalid value for '${param}': ${reason}`, {
      param,
      cause: error,
    });
  }
}
