import { embeddingListSchema } from '@lathe/contracts/http/embedding';
import { wholeNumber } from '../api/api.ts';
import { findModel } from '../api/models.ts';
import { command } from '../command/command.ts';
import { modelOption, textsArgument, textsOf } from './texts.ts';

export const embed = command({
  name: 'embed',
  summary: 'Gives texts as vectors, one JSON array a line.',
  details: 'With --json it is the answer of the API as a whole.',
  examples: ['lathe embed --model minilm "a text" > vectors.jsonl'],
  args: [textsArgument],
  options: {
    ...modelOption,
    dimensions: { meaning: 'only the first so many numbers', value: '<n>' },
  },
  async run(call) {
    const { options, out, isJson, json, connect } = call;
    const api = await connect();
    const input = await textsOf(call);
    const model = await findModel(api, options.model, ['embedding']);
    const answer = await api.post('/embeddings', embeddingListSchema, {
      ...{ model, input, encoding_format: 'float' },
      ...(options.dimensions && { dimensions: wholeNumber(options.dimensions, 'dimensions') }),
    });
    if (isJson) return json(answer);
    for (const { embedding } of answer.data) out.line(JSON.stringify(embedding));
  },
});
