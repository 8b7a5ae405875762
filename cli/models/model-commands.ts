import { modelObjectSchema } from '@lathe/contracts/http/model';
import { deletedSchema } from '../api/deleted.ts';
import { isCheckpoint, listModels } from '../api/models.ts';
import { type Argument, command } from '../command/command.ts';
import { moment } from '../terminal/amounts.ts';
import { table } from '../terminal/table.ts';

/** A model that a command is about. */
export const modelArgument = {
  name: 'model',
  meaning: 'its name',
  completion: 'model',
} as const satisfies Argument;

export const modelsList = command({
  name: 'models list',
  summary: 'Lists base models, then tuned ones, newest first, then aliases.',
  args: [],
  options: { all: { meaning: 'with the checkpoints of jobs' } },
  async run({ options, out, isJson, json, connect }) {
    const all = await listModels(await connect());
    const models = options.all ? all : all.filter(({ id }) => !isCheckpoint(id));
    if (isJson) for (const model of models) json(model);
    else {
      const rows = models.map(({ id, created, lathe: { task, base, alias_of: alias } }) => [
        id,
        alias === undefined ? (base === null ? 'base' : 'tuned') : `alias of ${alias}`,
        task?.type ?? 'hidden states',
        base === null ? '' : moment(created),
      ]);
      for (const line of table(['model', 'kind', 'for', 'created'], rows, out.width()))
        out.line(line);
    }
  },
});

export const modelsShow = command({
  name: 'models show',
  summary: 'Says what a model is and what it was taught.',
  args: [modelArgument],
  options: {},
  async run({ args: [name = ''], out, isJson, json, connect }) {
    const api = await connect();
    const model = await api.get(`/models/${encodeURIComponent(name)}`, modelObjectSchema);
    if (isJson) return json(model);
    const { task, base, alias_of: alias } = model.lathe;
    out.line(`model    ${model.id}`);
    if (alias !== undefined) out.line(`alias of ${alias}`);
    out.line(`base     ${base ?? 'itself'}`);
    out.line(`for      ${task?.type ?? 'its hidden states alone'}`);
    if (task !== null && 'labels' in task && task.labels)
      out.line(`labels   ${task.labels.join(', ')}`);
  },
});

export const modelsDelete = command({
  name: 'models delete',
  summary: 'Deletes a tuned model with its files.',
  args: [modelArgument],
  options: {},
  async run({ args: [name = ''], out, isJson, json, connect }) {
    const api = await connect();
    const answer = await api.delete(`/models/${encodeURIComponent(name)}`, deletedSchema);
    if (isJson) return json(answer);
    out.line(`${answer.id} is deleted.`);
  },
});
