import { streams, workConsumer } from '@lathe/contracts/subject';
import {
  type Manifest,
  nameOf,
  ofKind,
  type PodTemplate,
  type Problem,
  type Selector,
  selects,
  workloadsOf,
} from './manifest.ts';

/** Secrets that a cluster must have, with their keys: docs/deploy.md says how to make them. */
const secretKeys: Readonly<Record<string, readonly string[]>> = {
  'lathe-nats': ['user', 'password', 'url'],
  'lathe-s3': ['access-key', 'secret-key'],
  'lathe-gateway': ['api-key', 'api-keys', 'metrics-key'],
  'lathe-worker': ['secret'],
  'lathe-worker-tls': ['ca.crt', 'tls.crt', 'tls.key'],
  'lathe-trainer-tls': ['ca.crt', 'tls.crt', 'tls.key'],
};

/** Namespaces, disruption budgets, scaled jobs, and names that objects give each other. */
export function checkCluster(manifests: readonly Manifest[]): Problem[] {
  return [
    ...namespaceProblems(manifests),
    ...disruptionProblems(manifests),
    ...scaledJobProblems(manifests),
    ...referenceProblems(manifests),
    ...secretProblems(manifests),
  ];
}

function namespaceProblems(manifests: readonly Manifest[]): Problem[] {
  const problems: Problem[] = [];
  const namespaces = ofKind(manifests, 'Namespace');
  for (const namespace of namespaces) {
    const object = nameOf(namespace);
    const label = 'pod-security.kubernetes.io/enforce';
    if (namespace.metadata.labels?.[label] !== 'restricted')
      problems.push({ object, path: `metadata.labels.${label}`, cure: 'must be restricted' });
    const denied = ofKind<{ podSelector: Selector; policyTypes?: string[] }>(
      manifests,
      'NetworkPolicy',
    ).some(
      ({ metadata, spec }) =>
        metadata.namespace === namespace.metadata.name &&
        Object.keys(spec?.podSelector ?? { none: true }).length === 0 &&
        ['Ingress', 'Egress'].every((type) => spec?.policyTypes?.includes(type)) &&
        !('ingress' in (spec ?? {})) &&
        !('egress' in (spec ?? {})),
    );
    if (!denied)
      problems.push({
        object,
        path: 'NetworkPolicy',
        cure: 'has no default-deny: add one with an empty podSelector, both policyTypes, no rule',
      });
  }
  const known = namespaces.map(({ metadata }) => metadata.name);
  for (const manifest of manifests)
    if (manifest.kind !== 'Namespace' && !known.includes(manifest.metadata.namespace ?? ''))
      problems.push({
        object: nameOf(manifest),
        path: 'metadata.namespace',
        cure: `must be one of ${known.join(', ')}: set namespace: in the kustomization`,
      });
  return problems;
}

function disruptionProblems(manifests: readonly Manifest[]): Problem[] {
  const budgets = ofKind<{ selector: Selector }>(manifests, 'PodDisruptionBudget');
  const scalers = ofKind<{ maxReplicas: number; scaleTargetRef: { kind: string; name: string } }>(
    manifests,
    'HorizontalPodAutoscaler',
  );
  const problems: Problem[] = scalers
    .filter(
      ({ spec }) =>
        !workloadsOf(manifests).some(
          ({ kind, name }) =>
            kind === spec?.scaleTargetRef.kind && name === spec.scaleTargetRef.name,
        ),
    )
    .map((scaler) => ({
      object: nameOf(scaler),
      path: 'spec.scaleTargetRef',
      cure: 'names nothing that is rendered',
    }));
  for (const { object, kind, name, replicas, labels } of workloadsOf(manifests)) {
    const most = Math.max(
      replicas,
      ...scalers
        .filter(
          ({ spec }) => spec?.scaleTargetRef.kind === kind && spec.scaleTargetRef.name === name,
        )
        .map(({ spec }) => spec?.maxReplicas ?? 1),
    );
    if (most > 1 && !budgets.some(({ spec }) => spec && selects(spec.selector, labels)))
      problems.push({
        object,
        path: 'spec.replicas',
        cure: `is up to ${most}: add a PodDisruptionBudget that selects its pods`,
      });
  }
  return problems;
}

type ScaledJob = {
  readonly rollout?: { readonly strategy?: string };
  readonly minReplicaCount?: number;
  readonly triggers: readonly {
    readonly type: string;
    readonly metadata: Record<string, string>;
  }[];
  readonly jobTargetRef: { readonly backoffLimit?: number; readonly template: PodTemplate };
};

function scaledJobProblems(manifests: readonly Manifest[]): Problem[] {
  return ofKind<ScaledJob>(manifests, 'ScaledJob').flatMap((manifest) => {
    const { spec } = manifest;
    if (spec === undefined) return [];
    const { template, backoffLimit } = spec.jobTargetRef;
    const evict = 'cluster-autoscaler.kubernetes.io/safe-to-evict';
    const [trigger] = spec.triggers;
    const wanted: [path: string, is: unknown, must: unknown, why: string][] = [
      [
        'rollout.strategy',
        spec.rollout?.strategy,
        'gradual',
        'an update would delete running Jobs',
      ],
      ['minReplicaCount', spec.minReplicaCount, 0, 'an idle pool costs nothing'],
      ['jobTargetRef.backoffLimit', backoffLimit, 0, 'NATS is the only one that tries again'],
      [
        'jobTargetRef.template.spec.restartPolicy',
        template.spec.restartPolicy,
        'Never',
        'NATS is the only one that tries again',
      ],
      [
        `jobTargetRef.template.metadata.annotations.${evict}`,
        template.metadata?.annotations?.[evict],
        'false',
        'the autoscaler would end training',
      ],
      [
        'triggers[0].metadata.stream',
        trigger?.metadata.stream,
        streams.work.name,
        'the work stream',
      ],
      [
        'triggers[0].metadata.consumer',
        trigger?.metadata.consumer,
        workConsumer('train'),
        'the consumer of training work',
      ],
    ];
    return wanted
      .filter(([, is, must]) => is !== must)
      .map(([path, is, must, why]) => ({
        object: nameOf(manifest),
        path: `spec.${path}`,
        cure: `is ${is === undefined ? 'missing' : JSON.stringify(is)}, but must be ${JSON.stringify(must)}: ${why}`,
      }));
  });
}

function referenceProblems(manifests: readonly Manifest[]): Problem[] {
  const has = (kind: string, name: string) =>
    ofKind(manifests, kind).some(({ metadata }) => metadata.name === name);
  return workloadsOf(manifests).flatMap(({ object, path, template: { spec } }) => {
    const problems: Problem[] = [];
    const miss = (where: string, what: string) =>
      problems.push({
        object,
        path: `${path}.spec.${where}`,
        cure: `names ${what}, which is not rendered`,
      });
    if (spec.serviceAccountName && !has('ServiceAccount', spec.serviceAccountName))
      miss('serviceAccountName', spec.serviceAccountName);
    for (const [index, { configMap, secret }] of (spec.volumes ?? []).entries()) {
      if (configMap && !has('ConfigMap', configMap.name))
        miss(`volumes[${index}].configMap.name`, configMap.name);
      if (secret && !(secret.secretName in secretKeys))
        miss(`volumes[${index}].secret.secretName`, `${secret.secretName} (secretKeys)`);
    }
    for (const { envFrom = [], env = [] } of spec.containers) {
      for (const { configMapRef, secretRef } of envFrom) {
        if (configMapRef && !has('ConfigMap', configMapRef.name))
          miss('envFrom', configMapRef.name);
        if (secretRef) miss('envFrom', `the whole secret ${secretRef.name}: name each key;`);
      }
      for (const { name, valueFrom } of env) {
        const secret = valueFrom?.secretKeyRef;
        if (secret && !secretKeys[secret.name]?.includes(secret.key))
          problems.push({
            object,
            path: `${path}.spec.containers.env.${name}`,
            cure: `takes ${secret.name}/${secret.key}: no such key in secretKeys (tools/k8s/cluster-policy.ts)`,
          });
      }
    }
    return problems;
  });
}

/** Secrets are made in the cluster; what is written here is for a cluster of one's own only. */
function secretProblems(manifests: readonly Manifest[]): Problem[] {
  return ofKind(manifests, 'Secret').flatMap((manifest) =>
    Object.entries(manifest.data ?? {})
      .filter(([, value]) => !/dev-?only/.test(Buffer.from(value, 'base64').toString()))
      .map(([key]) => ({
        object: nameOf(manifest),
        path: `data.${key}`,
        cure: 'may be a real secret: keep it out of the repository, or have "devonly" in it',
      })),
  );
}
