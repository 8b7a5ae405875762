import { classificationListSchema } from '@lathe/contracts/http/classify';
import { modelObjectSchema } from '@lathe/contracts/http/model';
import { findModel } from '../api/models.ts';
import { command } from '../command/command.ts';
import { percent } from '../terminal/amounts.ts';
import { bar } from '../terminal/bar.ts';
import { cutText, padText, textWidth } from '../terminal/text-width.ts';
import { modelOption, textsArgument, textsOf } from './texts.ts';

/** Labels that are shown of each text. */
const mostLabels = 5;
const barColumns = 20;

export const classify = command({
  name: 'classify',
  summary: 'Gives texts the probabilities of labels, by a model that was tuned for it.',
  examples: ['lathe classify "Where is my parcel?"', 'lathe classify --json < texts.txt'],
  args: [textsArgument],
  options: modelOption,
  async run(call) {
    const { options, out, isJson, json, connect } = call;
    const api = await connect();
    const input = await textsOf(call);
    const model = await findModel(api, options.model, ['classification']);
    const answer = await api.post('/classify', classificationListSchema, { model, input });
    if (isJson) return json(answer);
    const { lathe } = await api.get(`/models/${encodeURIComponent(model)}`, modelObjectSchema);
    const labels = lathe.task?.type === 'classification' ? (lathe.task.labels ?? []) : [];
    const columns = Math.max(...labels.map(textWidth), 0);
    for (const { index, label, probs } of answer.data) {
      out.line(
        `${out.paint.bold(label)}  ${out.paint.dim(cutText(input[index] ?? '', out.width() - columns - 4))}`,
      );
      const ranked = probs
        .map((share, at) => ({ share, name: labels[at] ?? String(at) }))
        .toSorted((a, b) => b.share - a.share);
      for (const { share, name } of ranked.slice(0, mostLabels))
        out.line(`  ${padText(name, columns)}  ${bar(share, barColumns)} ${percent(share)}`);
    }
  },
});
