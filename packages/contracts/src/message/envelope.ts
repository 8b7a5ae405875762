import { z } from 'zod';

/**
 * What an evaluator knows of a request before it reads its body, which may take long. It travels in the headers of the
 * message.
 */
const envelopeSchema = z.object({
  requestId: z.string().min(1),
  project: z.string().min(1),
  model: z.string().min(1),
  /** Work that nobody waits for at this moment, as that of a batch, lets chats go first. */
  urgency: z.literal('evaluation').optional(),
});
export type Envelope = z.infer<typeof envelopeSchema>;

const headers = {
  requestId: 'Lathe-Request-Id',
  project: 'Lathe-Project',
  model: 'Lathe-Model',
  urgency: 'Lathe-Urgency',
} as const satisfies Record<keyof Envelope, string>;

/**
 * The headers of an envelope; models may have any characters in their names.
 * @example envelopeHeaders({ requestId: 'req_4f…', project: 'default', model: 'lathe-tiny' });
 */
export function envelopeHeaders(envelope: Envelope): [name: string, value: string][] {
  const values = { ...envelope, model: encodeURIComponent(envelope.model.toWellFormed()) };
  return Object.entries(headers).flatMap(([field, name]): [string, string][] => {
    const value = values[field as keyof Envelope];
    return value === undefined ? [] : [[name, value]];
  });
}

/** The envelope in the headers of a message; undefined when it has none that can be read. */
export function readEnvelope(header: (name: string) => string): Envelope | undefined {
  try {
    const fields = Object.entries(headers).map(([field, name]) => [
      field,
      header(name) || undefined,
    ]);
    const { model, ...rest } = envelopeSchema.parse(Object.fromEntries(fields));
    return { ...rest, model: decodeURIComponent(model) };
  } catch {
    return undefined;
  }
}
