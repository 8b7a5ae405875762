import { z } from 'zod';

/**
 * A call in an assistant message, in OpenAI's shape. `arguments` is the text of a JSON object, as it was written: its
 * numbers keep their digits.
 */
export const toolCallSchema = z.object({
  id: z.string(),
  type: z.literal('function'),
  function: z.object({ name: z.string(), arguments: z.string() }),
});
export type ToolCall = z.infer<typeof toolCallSchema>;

/** A tool that a model may call, in OpenAI's shape; `parameters` is a JSON Schema of the arguments. */
export type Tool = {
  readonly type: 'function';
  readonly function: {
    readonly name: string;
    readonly description?: string | null;
    readonly parameters?: Readonly<Record<string, unknown>> | null;
    readonly strict?: boolean | null;
    readonly [key: string]: unknown;
  };
};

const toolShape = z.looseObject({
  type: z.literal('function'),
  function: z.looseObject({
    name: z.string(),
    parameters: z.record(z.string(), z.unknown()).nullish(),
  }),
});

/** A tool as it came: chat templates print it, so the order of its keys counts, and a copy might lose it. */
export const toolSchema = z.custom<Tool>((value) => toolShape.safeParse(value).success);

/** What a tool may be called: OpenAI's letters, and the dots and colons with which others join names. */
export const toolName = /^[\w.:/-]{1,64}$/;

/** Tools of one conversation, as OpenAI takes them. */
export const mostTools = 128;
