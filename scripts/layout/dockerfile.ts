/** One line of a stage that puts something into its tree or takes something out. */
export type Step =
  | { readonly kind: 'copy'; readonly from: string | null; readonly sources: string[]; to: string }
  | { readonly kind: 'install'; readonly workspace: string }
  | { readonly kind: 'remove'; readonly paths: string[] };

export type Stage = {
  readonly name: string;
  /** The stage below it, or null for an image. */
  readonly base: string | null;
  readonly steps: readonly Step[];
  readonly entrypoint: readonly string[] | null;
  /** Variables that its ENV lines set. */
  readonly variables: Readonly<Record<string, string>>;
};

/**
 * Reads the stages of a Dockerfile that keeps to the forms that ours names at its top. Throws an
 * Error with the line number for a form that a layout could not follow.
 */
export function parseDockerfile(text: string): Map<string, Stage> {
  const stages = new Map<string, Stage>();
  let steps: Step[] = [];
  let stage: (Stage & { entrypoint: string[] | null; variables: Record<string, string> }) | null =
    null;
  for (const { line, number } of logicalLines(text)) {
    const [keyword = '', ...rest] = line.split(/\s+/);
    const fail = (reason: string): never => {
      throw new Error(`Dockerfile line ${number}: ${reason}: ${line}`);
    };
    if (keyword === 'FROM') {
      const [below = '', as, name = ''] = rest;
      if (as !== 'AS' || name === '') fail('a stage needs a name');
      steps = [];
      stage = {
        name,
        base: stages.has(below) ? below : null,
        steps,
        entrypoint: null,
        variables: {},
      };
      stages.set(name, stage);
    } else if (stage === null) {
      if (keyword !== 'ARG') fail('only ARG may stand before the first stage');
    } else if (keyword === 'COPY') steps.push(copyStep(rest) ?? fail('unknown option of COPY'));
    else if (keyword === 'RUN') {
      const step = runStep(rest);
      if (step !== null) steps.push(step);
    } else if (keyword === 'ENTRYPOINT')
      stage.entrypoint = JSON.parse(line.slice('ENTRYPOINT'.length)) as string[];
    else if (keyword === 'ENV')
      for (const pair of rest) {
        const [name = '', ...value] = pair.split('=');
        stage.variables[name] = value.join('=');
      }
  }
  return stages;
}

/** All steps of a stage and of the stages below it, lowest first. Throws when there is no such stage. */
export function stepsOf(stages: ReadonlyMap<string, Stage>, name: string): Step[] {
  const stage = stageOf(stages, name);
  return [...(stage.base === null ? [] : stepsOf(stages, stage.base)), ...stage.steps];
}

/** All variables of a stage and of the stages below it. */
export function variablesOf(
  stages: ReadonlyMap<string, Stage>,
  name: string,
): Record<string, string> {
  const stage = stageOf(stages, name);
  return {
    ...(stage.base === null ? {} : variablesOf(stages, stage.base)),
    ...stage.variables,
  };
}

export function stageOf(stages: ReadonlyMap<string, Stage>, name: string): Stage {
  const stage = stages.get(name);
  if (stage === undefined)
    throw new Error(`The Dockerfile has no target "${name}": take one of ${targetsOf(stages)}.`);
  return stage;
}

/** The stages that start something: what `docker build --target` is meant for. */
export function targetsOf(stages: ReadonlyMap<string, Stage>): string[] {
  return [...stages.values()].filter(({ entrypoint }) => entrypoint !== null).map((s) => s.name);
}

type Line = { readonly line: string; readonly number: number };

/** Lines without comments, with those that end in a backslash joined to the next. */
function logicalLines(text: string): Line[] {
  const lines: Line[] = [];
  const open: string[] = [];
  let first = 0;
  for (const [index, raw] of text.split('\n').entries()) {
    if (/^\s*(#|$)/.test(raw)) continue;
    if (open.length === 0) first = index + 1;
    open.push(raw.replace(/\\$/, '').trim());
    if (raw.endsWith('\\')) continue;
    lines.push({ line: open.join(' '), number: first });
    open.length = 0;
  }
  return lines;
}

function copyStep(words: readonly string[]): Step | null {
  const options = words.filter((word) => word.startsWith('--'));
  const paths = words.filter((word) => !word.startsWith('--'));
  const [from] = options.map((option) => /^--from=(.+)$/.exec(option)?.[1]);
  if (options.length > 1 || (options.length === 1 && from === undefined)) return null;
  return { kind: 'copy', from: from ?? null, sources: paths.slice(0, -1), to: paths.at(-1) ?? '' };
}

/** What a RUN line does to the tree; null for one that does nothing that a layout can show. */
function runStep(words: readonly string[]): Step | null {
  if (words[0] === 'rm' && words[1] === '-rf') return { kind: 'remove', paths: words.slice(2) };
  if (words[0] !== 'npm' || words[1] !== 'install') return null;
  const workspace = words.map((word) => /^--workspace=(.+)$/.exec(word)?.[1]).find(Boolean);
  return workspace === undefined ? null : { kind: 'install', workspace };
}
