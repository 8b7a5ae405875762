import { allProjects, createdKeySchema, keyObjectSchema } from '@lathe/contracts/http/key';
import { deletedSchema } from '../api/deleted.ts';
import { command } from '../command/command.ts';
import { moment } from '../terminal/amounts.ts';
import { table } from '../terminal/table.ts';
import { harmless } from '../terminal/text-width.ts';

const path = '/lathe/keys';

export const keysList = command({
  name: 'keys list',
  summary: 'Lists the keys of the project, newest first; the own one is marked.',
  details:
    'For admins of the project, as are keys create and keys revoke (docs/keys.md). The operator sees the keys of all projects.',
  args: [],
  options: {
    project: { meaning: 'only the keys of this one; for the operator', value: '<project>' },
  },
  async run({ options, out, isJson, json, connect }) {
    const api = await connect();
    const own = await api.get(`${path}/current`, keyObjectSchema);
    const project = options.project ?? (own.role === 'operator' ? allProjects : undefined);
    const query = project === undefined ? {} : { project };
    const rows: string[][] = [];
    for await (const key of api.list(path, keyObjectSchema, query)) {
      if (isJson) json(key);
      rows.push([
        key.id === own.id ? '*' : '',
        key.id,
        harmless(key.name),
        key.project,
        key.role,
        key.redacted_value ?? 'of a setting',
        key.created_at === null ? '' : moment(key.created_at),
        key.last_used_at === null ? '' : moment(key.last_used_at),
      ]);
    }
    if (isJson) return;
    const heads = ['', 'id', 'name', 'project', 'role', 'key', 'created', 'used'];
    for (const line of table(heads, rows, out.width())) out.line(line);
  },
});

export const keysCreate = command({
  name: 'keys create',
  summary: 'Makes a key and prints it this once, alone, so that a pipe can take it.',
  examples: [
    'lathe keys create "Ada, laptop"',
    'lathe keys create ci --project research | lathe profiles add research --url https://…',
  ],
  args: [{ name: 'name', meaning: 'who or what has the key' }],
  options: {
    admin: { meaning: 'it may list, make and revoke the keys of its project, too' },
    project: { meaning: 'another project than the own; for the operator', value: '<project>' },
  },
  async run({ args: [name = ''], options, out, err, isJson, json, connect }) {
    const made = await (await connect()).post(path, createdKeySchema, {
      name,
      role: options.admin ? 'admin' : 'member',
      ...(options.project !== undefined && { project: options.project }),
    });
    if (isJson) return json(made);
    err.line(err.paint.dim(`${made.id}, ${made.role} of the project ${made.project}:`));
    out.line(made.key);
  },
});

export const keysRevoke = command({
  name: 'keys revoke',
  summary: 'Revokes a key at once.',
  args: [{ name: 'id', meaning: 'of the key (lathe keys list)' }],
  options: {},
  async run({ args: [id = ''], out, isJson, json, connect }) {
    const answer = await (await connect()).delete(
      `${path}/${encodeURIComponent(id)}`,
      deletedSchema,
    );
    if (isJson) return json(answer);
    out.line(`${answer.id} is revoked.`);
  },
});
