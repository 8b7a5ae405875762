import { z } from 'zod';
import type { Note } from '../options.ts';

/** Characters of all names together, of which one is told of. */
const mostCharacters = 32_768;

const classLabelSchema = z.object({ _type: z.literal('ClassLabel'), names: z.array(z.string()) });
const featureSchema = z.union([
  classLabelSchema,
  z.object({ feature: classLabelSchema }).transform(({ feature }) => feature),
]);
const featuresSchema = z.object({
  info: z.object({ features: z.record(z.string(), z.unknown()) }),
});

/**
 * Tells of each column what its numbers are called, where Hugging Face's `datasets` wrote that into a file: the features that are a
 * `ClassLabel`, or a list of these. `line` is the JSON of a text, which is their JSON, or '' of other files.
 */
export function labelNameNotes(line: string): Note[] {
  const { data: features = '' } = z.string().safeParse(parsed(line));
  const said = featuresSchema.safeParse(parsed(features));
  if (!said.success) return [];
  let left = mostCharacters;
  return Object.entries(said.data.info.features).flatMap(([column, feature]) => {
    const { data: label } = featureSchema.safeParse(feature);
    if (label === undefined || label.names.length === 0) return [];
    const names = JSON.stringify(label.names);
    left -= column.length + names.length;
    if (left < 0) return [];
    const message = `The file has names for the numbers of ${JSON.stringify(column)}, which 'lathe.data.label_names' takes: ${names}`;
    return [{ number: 0, rule: 'label-names', message }];
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // It says nothing that is known.
    return undefined;
  }
}
