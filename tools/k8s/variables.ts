import type { Component, Variable } from '@lathe/platform/variable';
import { variables as table } from '@lathe/platform/variables';
import {
  type Container,
  containersOf,
  isService,
  type Manifest,
  ofKind,
  type Problem,
  type Workload,
  workloadsOf,
} from './manifest.ts';

const known = new Map(Object.values<Variable>(table).map((variable) => [variable.name, variable]));

/** Variables that an image sets itself, by image name without tag. */
export type ImageVariables = (image: string) => Readonly<Record<string, string>>;

/**
 * The environment of every container of ours against the table of variables: no variable that
 * it lacks, none missing, no value that it refuses, none set for who does not read it.
 */
export function checkVariables(
  manifests: readonly Manifest[],
  imageVariables: ImageVariables,
): Problem[] {
  return workloadsOf(manifests).flatMap((workload) =>
    containersOf(workload)
      .filter(({ container }) => isService(container))
      .flatMap(({ container, path }) =>
        findings(workload, variablesOf(container, manifests, imageVariables), container).map(
          ({ name, cure }) => ({ object: workload.object, path: `${path}.env.${name}`, cure }),
        ),
      ),
  );
}

/** What a container gets: names with their values, or null where only the cluster knows. */
export function variablesOf(
  container: Container,
  manifests: readonly Manifest[],
  imageVariables: ImageVariables,
): Map<string, string | null> {
  const image = (container.image ?? '').replace(/[@:][^/]*$/, '');
  const variables = new Map<string, string | null>(Object.entries(imageVariables(image)));
  const maps = ofKind(manifests, 'ConfigMap');
  for (const { configMapRef } of container.envFrom ?? [])
    for (const [name, value] of Object.entries(
      maps.find(({ metadata }) => metadata.name === configMapRef?.name)?.data ?? {},
    ))
      variables.set(name, value);
  for (const { name, value } of container.env ?? []) variables.set(name, value ?? null);
  return variables;
}

/** ONNX Runtime's own variable, which no schema of ours knows. */
const telemetry = 'ORT_DISABLE_TELEMETRY';

type Finding = { readonly name: string; readonly cure: string };

function findings(
  { component, kind, template }: Workload,
  variables: ReadonlyMap<string, string | null>,
  container: Container,
): Finding[] {
  const found: Finding[] = [];
  const who = component as Component;
  const own = new Set((container.env ?? []).map(({ name }) => name));
  for (const [name, value] of variables) {
    const treatment = known.get(name)?.cluster;
    if (treatment === undefined) {
      if (name.startsWith('LATHE_') || (own.has(name) && !isUsed(name, variables)))
        found.push({
          name,
          cure: 'is not in packages/platform/src/config/variables.ts: correct the name',
        });
      continue;
    }
    const readers = [...(treatment.setBy ?? []), ...(treatment.mayBeSetBy ?? [])];
    if (!readers.includes(who))
      found.push({ name, cure: `is not read by ${component}: ${treatment.reason ?? 'remove it'}` });
    const refusal = value === null ? null : refusalOf(name, value);
    if (refusal !== null) found.push({ name, cure: refusal });
  }
  for (const [name, { cluster }] of known)
    if (cluster.setBy?.includes(who) && !variables.has(name))
      found.push({ name, cure: `is missing: ${component} needs it` });
  if (kind === 'ScaledJob' && !((milliseconds('LATHE_WORKER_IDLE_EXIT', variables) ?? 0) > 0))
    found.push({
      name: 'LATHE_WORKER_IDLE_EXIT',
      cure: 'is missing: without it a Job never completes',
    });
  if (variables.get(telemetry) !== '1')
    found.push({
      name: telemetry,
      cure: 'must be "1" in the ConfigMap lathe-config: ONNX Runtime would send events and leave files',
    });
  const grace = milliseconds('LATHE_SHUTDOWN_GRACE', variables);
  const period = (template.spec.terminationGracePeriodSeconds ?? 30) * 1000;
  if (grace !== null && grace >= period)
    found.push({
      name: 'LATHE_SHUTDOWN_GRACE',
      cure: `is ${grace / 1000} s, but the pod is killed after ${period / 1000} s: raise terminationGracePeriodSeconds`,
    });
  return found;
}

/** Whether another variable is made of this one, as `$(POD_IP):7070` is. */
function isUsed(name: string, variables: ReadonlyMap<string, string | null>): boolean {
  return [...variables.values()].some((value) => value?.includes(`$(${name})`));
}

/** Why a value is refused; null when it is taken. */
function refusalOf(name: string, value: string): string | null {
  const { error } = known.get(name)?.schema.safeParse(value) ?? {};
  return error?.issues[0]?.message ?? null;
}

function milliseconds(name: string, variables: ReadonlyMap<string, string | null>): number | null {
  const { data } = known.get(name)?.schema.safeParse(variables.get(name) ?? '') ?? {};
  return typeof data === 'number' ? data : null;
}
