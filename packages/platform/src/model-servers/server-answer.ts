import { z } from 'zod';

/** What of a chat completion is read; other fields may come and go. */
const completionSchema = z.object({
  choices: z
    .array(
      z.object({
        message: z.object({
          content: z.string().nullish(),
          tool_calls: z
            .array(
              z.object({
                id: z.string(),
                type: z.literal('function'),
                function: z.object({ name: z.string(), arguments: z.string() }),
              }),
            )
            .nullish(),
        }),
      }),
    )
    .min(1),
  usage: z
    .object({ prompt_tokens: z.number().int(), completion_tokens: z.number().int() })
    .nullish(),
});

/** What a model behind a server says, and in how many of its own tokens; null where the server does not count them. */
export type ServerAnswer = {
  readonly text: string;
  readonly calls: readonly {
    readonly id: string;
    readonly type: 'function';
    readonly function: { readonly name: string; readonly arguments: string };
  }[];
  readonly usage: { readonly promptTokens: number; readonly answerTokens: number } | null;
};

/**
 * Reads the body of a chat completion. Throws SyntaxError and ZodError.
 * @example readServerAnswer('{"choices": [{"message": {"content": "yes"}}]}').text; // 'yes'
 */
export function readServerAnswer(body: string): ServerAnswer {
  const { choices, usage } = completionSchema.parse(JSON.parse(body));
  const message = choices[0]?.message;
  return {
    text: message?.content ?? '',
    calls: message?.tool_calls ?? [],
    usage: usage
      ? { promptTokens: usage.prompt_tokens, answerTokens: usage.completion_tokens }
      : null,
  };
}
