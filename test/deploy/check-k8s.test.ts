import { spawnSync } from 'node:child_process';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, it } from 'vitest';
import { checkManifests } from '../../tools/k8s/check.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** The command as a person types it. */
function command(...args: string[]): { code: number | null; output: string } {
  const program = join(root, 'tools', 'check-k8s.ts');
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    encoding: 'utf8',
  });
  return { code: status, output: stdout + stderr };
}

it('finds nothing wrong with the manifests', () => {
  const { code, output } = command();
  expect(output).toMatch(/overlays\/dev, overlays\/production: as they should be/);
  expect(code).toBe(0);
});

type Mistake = {
  readonly what: string;
  readonly file: string;
  readonly text: string | RegExp;
  readonly instead: string;
  /** What a line of the answer must say. */
  readonly says: RegExp;
};

const mistakes: readonly Mistake[] = [
  {
    what: 'an unknown key',
    file: 'base/gateway.yaml',
    text: '  replicas: 2',
    instead: '  replicsa: 2',
    says: /^overlays\/dev: Deployment\/gateway: spec: .*replicsa/m,
  },
  {
    what: 'an unknown key in a custom resource',
    file: 'components/keda/worker.yaml',
    text: 'maxReplicaCount',
    instead: 'maxReplicas',
    says: /^overlays\/production: ScaledJob\/worker: spec: .*maxReplicas/m,
  },
  {
    what: 'a value that a field does not take',
    file: 'components/keda/worker.yaml',
    text: 'minReplicaCount: 0',
    instead: 'minReplicaCount: none',
    says: /ScaledJob\/worker: spec\.minReplicaCount: got string, want integer/,
  },
  {
    what: 'a missing limit',
    file: 'base/ingest.yaml',
    text: /\n {12}limits:\n.*\n.*memory: 2Gi/,
    instead: '',
    says: /^overlays\/dev: Deployment\/ingest: .*containers\[0\]\.resources\.limits\.memory: is missing/m,
  },
  {
    what: 'an unknown environment variable',
    file: 'base/kustomization.yaml',
    text: 'LATHE_LOG_LEVEL',
    instead: 'LATHE_LOG_LEVLE',
    says: /^overlays\/dev: Deployment\/gateway: .*\.env\.LATHE_LOG_LEVLE: is not in packages\/platform\/src\/config\/variables\.ts/m,
  },
  {
    what: 'a variable that is needed and not set',
    file: 'components/worker/worker.yaml',
    text: 'name: LATHE_WORKER_ANNOUNCE',
    instead: 'name: ANNOUNCE',
    says: /Deployment\/worker: .*LATHE_WORKER_ANNOUNCE: is missing: worker needs it/,
  },
  {
    what: 'a value that the configuration refuses',
    file: 'base/trainer.yaml',
    text: 'value: 35s',
    instead: 'value: soon',
    says: /Deployment\/trainer: .*LATHE_SHUTDOWN_GRACE: is "soon", but must be like/,
  },
  {
    what: 'a pod that is killed before it has stopped',
    file: 'base/evaluator.yaml',
    text: 'terminationGracePeriodSeconds: 60',
    instead: 'terminationGracePeriodSeconds: 20',
    says: /Deployment\/evaluator: .*raise terminationGracePeriodSeconds/,
  },
  {
    what: 'a wrong port',
    file: 'base/trainer.yaml',
    text: 'containerPort: 8081',
    instead: 'containerPort: 8082',
    says: /Deployment\/trainer: .*ports\[0\]\.containerPort: is 8082, but LATHE_HEALTH_PORT is "8081"/,
  },
  {
    what: 'a store at a port that its Service lacks',
    file: 'base/kustomization.yaml',
    text: 'http://minio:9000',
    instead: 'http://minio:9001',
    says: /LATHE_S3_ENDPOINT: is at port 9001, but the Service minio has 9000/,
  },
  {
    what: 'a network policy for a port that nothing opens',
    file: 'base/network-policies.yaml',
    text: 'port: 4222',
    instead: 'port: 4223',
    says: /NetworkPolicy\/services-to-stores: .*names port 4223/,
  },
  {
    what: 'a way out to everywhere',
    file: 'base/network-policies.yaml',
    text: /\n {4}- to:\n {8}- podSelector:\n.*\n.*component: minio/,
    instead: '\n    - to:\n        - ipBlock:\n            cidr: 0.0.0.0/0',
    says: /NetworkPolicy\/services-to-stores: .*must except 169\.254\.169\.254\/32/,
  },
  {
    what: 'no default-deny',
    file: 'base/network-policies.yaml',
    text: 'policyTypes: [Ingress, Egress]',
    instead: 'policyTypes: [Ingress]',
    says: /Namespace\/lathe: NetworkPolicy: has no default-deny/,
  },
  {
    what: 'a privileged container',
    file: 'components/worker/worker.yaml',
    text: 'allowPrivilegeEscalation: false',
    instead: 'privileged: true',
    says: /Deployment\/worker: .*securityContext\.privileged: is true/,
  },
  {
    what: 'a container without a liveness probe',
    file: 'base/minio.yaml',
    text: /\n {10}livenessProbe:\n(?: {12}.*\n)+/,
    instead: '\n',
    says: /StatefulSet\/minio: .*livenessProbe: is missing/,
  },
  {
    what: 'an image without a digest',
    file: 'base/nats.yaml',
    text: /@sha256:[0-9a-f]+/,
    instead: '',
    says: /StatefulSet\/nats: .*image: is nats:[^:]+: pin it by tag and digest/,
  },
  {
    what: 'replicas without a disruption budget',
    file: 'base/nats.yaml',
    text: /apiVersion: policy\/v1[\s\S]*?---\n/,
    instead: '',
    says: /^overlays\/production: StatefulSet\/nats: spec\.replicas: is up to 3: add a PodDisruptionBudget/m,
  },
  {
    what: 'a ScaledJob whose update deletes running Jobs',
    file: 'components/keda/worker.yaml',
    text: 'strategy: gradual',
    instead: 'strategy: default',
    says: /^overlays\/production: ScaledJob\/worker: spec\.rollout\.strategy: is "default", but must be "gradual"/m,
  },
  {
    what: "ONNX Runtime's telemetry",
    file: 'base/kustomization.yaml',
    text: 'ORT_DISABLE_TELEMETRY=1',
    instead: 'ORT_DISABLE_TELEMETRY=0',
    says: /Deployment\/evaluator: .*env\.ORT_DISABLE_TELEMETRY: must be "1"/,
  },
  {
    what: 'a consumer that does not exist',
    file: 'components/keda/worker.yaml',
    text: 'consumer: lathe-train',
    instead: 'consumer: lathe-training',
    says: /ScaledJob\/worker: spec\.triggers\[0\]\.metadata\.consumer: .*must be "lathe-train"/,
  },
  {
    what: 'what may be a real secret',
    file: 'overlays/dev/kustomization.yaml',
    text: 'secret-key=devonlysecret',
    instead: 'secret-key=correct-horse',
    says: /Secret\/lathe-s3: data\.secret-key: may be a real secret/,
  },
];

/** A copy of the manifests with one overlay, which is enough, and a mistake in it. */
async function plant(mistake: Mistake) {
  const { file, text, instead, says } = mistake;
  const folder = await tempFolder();
  await cp(join(root, 'deploy', 'k8s'), folder.path, { recursive: true });
  const unused = says.source.includes('production') || file.includes('keda') ? 'dev' : 'production';
  await rm(join(folder.path, 'overlays', unused), { recursive: true });
  await rm(join(folder.path, 'combinations'), { recursive: true });
  const path = join(folder.path, file);
  const before = await readFile(path, 'utf8');
  const after = before.replace(text, instead);
  expect(after).not.toBe(before);
  await writeFile(path, after);
  return folder;
}

it.each(mistakes)('refuses $what', async (mistake) => {
  await using folder = await plant(mistake);
  expect(checkManifests(root, folder.path).join('\n')).toMatch(mistake.says);
});

it('exits with 1 and one line a problem', async () => {
  const [mistake] = mistakes;
  if (mistake === undefined) throw new Error('there are no mistakes to plant');
  await using folder = await plant(mistake);
  const { code, output } = command(folder.path);
  expect(code).toBe(1);
  expect(output.trim().split('\n')).toHaveLength(1);
  expect(output).toMatch(mistake.says);
});

it('says which overlay does not render', async () => {
  await using folder = await tempFolder();
  await cp(join(root, 'deploy', 'k8s'), folder.path, { recursive: true });
  await rm(join(folder.path, 'base', 'minio.yaml'));
  const { code, output } = command(folder.path);
  expect(code).toBe(1);
  expect(output).toMatch(/kustomize: .*minio\.yaml/);
});
