import { filesOfRequest } from '@lathe/contracts/http/dataset';
import type { LineageGraph, LineageKind } from '@lathe/contracts/http/lineage';
import { baseModelOf } from '@lathe/contracts/job/record';
import type { Records } from '@lathe/platform/records';
import type { Relations } from './relatives.ts';

export type LineagePorts = Pick<
  Records,
  'files' | 'dataWork' | 'jobs' | 'models' | 'aliases' | 'evals' | 'evalRuns' | 'exports'
>;

type Node = LineageGraph['nodes'][number];

/** What the records of a project say of each other. What they name and is not there is a node that does not exist. */
export async function relationsOf(ports: LineagePorts, project: string): Promise<Relations> {
  const nodes = new Map<string, Node>();
  const edges = new Map<string, { from: string; to: string }>();
  const add = (id: string, kind: LineageKind, about: Partial<Node> = {}): void => {
    const empty = { label: null, status: null, created_at: null };
    nodes.set(id, { ...empty, ...about, id, kind, exists: true });
  };
  const named: [id: string, kind: LineageKind][] = [];
  const link = (from: [string, LineageKind], to: [string, LineageKind]): void => {
    named.push(from, to);
    edges.set(`${from[0]} ${to[0]}`, { from: from[0], to: to[0] });
  };
  const [files, dataWork, jobs, models, aliases, evals, runs, exports] = await Promise.all([
    valuesOf(ports.files.list(project)),
    valuesOf(ports.dataWork.list(project)),
    valuesOf(ports.jobs.list(project)),
    valuesOf(ports.models.list(project)),
    valuesOf(ports.aliases.list(project)),
    valuesOf(ports.evals.list(project)),
    valuesOf(ports.evalRuns.list(project)),
    valuesOf(ports.exports.list(project)),
  ]);
  for (const { id, filename, createdAt, status } of files)
    add(id, 'file', { label: filename, created_at: createdAt, status });
  for (const { id, input, state, createdAt, result } of dataWork) {
    if (input.kind !== 'dataset') continue;
    add(id, 'dataset', { status: state, created_at: createdAt });
    for (const file of filesOfRequest(input.request)) link([file, 'file'], [id, 'dataset']);
    for (const file of result?.files ?? []) link([id, 'dataset'], [file, 'file']);
  }
  for (const job of jobs) {
    const { id, suffix, state, createdAt, start, validationFile, options } = job;
    add(id, 'job', { label: suffix, status: state, created_at: createdAt });
    const more = options.data?.more_files ?? [];
    for (const file of [job.trainingFile, validationFile, ...more])
      if (file !== null) link([file, 'file'], [id, 'job']);
    link([baseModelOf(job), 'base_model'], [id, 'job']);
    if (start !== undefined) link([job.model, modelKind(job.model)], [id, 'job']);
    for (const file of job.resultFiles) link([id, 'job'], [file, 'file']);
  }
  for (const model of models) {
    if (model.kind === 'base') continue;
    add(model.name, modelKind(model.name), { created_at: model.createdAt });
    link([model.jobId, 'job'], [model.name, modelKind(model.name)]);
  }
  for (const { id, createdAt, target } of aliases) {
    add(id, 'alias', { created_at: createdAt });
    if (target.kind === 'job') link([target.job, 'job'], [id, 'alias']);
    else link([target.model, modelKind(target.model)], [id, 'alias']);
  }
  for (const { id, name, createdAt } of evals)
    add(id, 'eval', { label: name || null, created_at: createdAt });
  for (const { id, evalId, name, state, createdAt, rows, asking } of runs) {
    add(id, 'eval_run', { label: name || null, status: state, created_at: createdAt });
    link([evalId, 'eval'], [id, 'eval_run']);
    if (rows.kind === 'file') link([rows.id, 'file'], [id, 'eval_run']);
    if (asking !== null) link([asking.chat.model, modelKind(asking.chat.model)], [id, 'eval_run']);
  }
  for (const { id, model, format, state, createdAt } of exports) {
    add(id, 'export', { label: format, status: state, created_at: createdAt });
    link([model, modelKind(model)], [id, 'export']);
  }
  for (const [id, kind] of named) {
    if (nodes.has(id)) continue;
    add(id, kind);
    // Base models are everybody's and stand in no project.
    if (kind !== 'base_model') nodes.set(id, { ...(nodes.get(id) as Node), exists: false });
  }
  return { nodes, edges: [...edges.values()] };
}

/** Models of a project have names that say what they are; others are everybody's. */
function modelKind(name: string): LineageKind {
  if (!name.startsWith('ft:')) return 'base_model';
  return /:ckpt-step-\d+$/.test(name) ? 'checkpoint' : 'model';
}

async function valuesOf<T>(entries: Promise<readonly { readonly value: T }[]>): Promise<T[]> {
  return (await entries).map(({ value }) => value);
}
