import {
  type Container,
  containersOf,
  isOwnImage,
  type Manifest,
  type PodSpec,
  type Problem,
  type Workload,
  workloadsOf,
} from './manifest.ts';

/** Volume sources that the restricted pod security standard allows and that we have a use for. */
const allowedVolumes = ['configMap', 'emptyDir', 'persistentVolumeClaim', 'secret', 'projected'];

/** Pods and containers: limits, probes, restricted security contexts, pinned images. */
export function checkPods(manifests: readonly Manifest[]): Problem[] {
  return workloadsOf(manifests).flatMap((workload) => [
    ...podProblems(workload),
    ...containersOf(workload).flatMap(({ container, path, isInit }) =>
      [
        ...resourceProblems(container),
        ...contextProblems(container),
        ...imageProblems(container),
        ...(isInit ? [] : probeProblems(container)),
      ].map(([key, cure]) => ({ object: workload.object, path: `${path}.${key}`, cure })),
    ),
  ]);
}

type Finding = [key: string, cure: string];

function resourceProblems({ resources }: Container): Finding[] {
  return (['requests', 'limits'] as const).flatMap((kind) =>
    ['cpu', 'memory']
      .filter((amount) => resources?.[kind]?.[amount] === undefined)
      .map((amount): Finding => [`resources.${kind}.${amount}`, 'is missing: say how much']),
  );
}

function contextProblems({ securityContext = {}, ports = [] }: Container): Finding[] {
  const findings: Finding[] = [];
  const { capabilities } = securityContext;
  if (securityContext.privileged)
    findings.push(['securityContext.privileged', 'is true: remove it']);
  if (securityContext.allowPrivilegeEscalation !== false)
    findings.push(['securityContext.allowPrivilegeEscalation', 'must be false']);
  if (securityContext.readOnlyRootFilesystem !== true)
    findings.push(['securityContext.readOnlyRootFilesystem', 'must be true']);
  if (!capabilities?.drop?.includes('ALL'))
    findings.push(['securityContext.capabilities.drop', 'must hold ALL']);
  if ((capabilities?.add ?? []).length > 0)
    findings.push(['securityContext.capabilities.add', 'must be empty']);
  if (securityContext.runAsNonRoot === false || securityContext.runAsUser === 0)
    findings.push(['securityContext.runAsUser', 'must not be root']);
  if (ports.some(({ hostPort }) => hostPort !== undefined))
    findings.push(['ports', 'take a port of the node: remove hostPort']);
  return findings;
}

function imageProblems({ image = '' }: Container): Finding[] {
  const [, tag, digest] = /^[^@]*?(?::([^/@:]+))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(image) ?? [];
  if (tag === undefined)
    return [['image', `is ${image}, without a tag: name it under images: of the overlay`]];
  if (tag === 'latest') return [['image', `is ${image}: take a tag that does not move`]];
  if (!isOwnImage(image) && digest === undefined)
    return [['image', `is ${image}: pin it by tag and digest (docs/deploy.md)`]];
  return [];
}

function probeProblems(container: Container): Finding[] {
  return (['startupProbe', 'readinessProbe', 'livenessProbe'] as const)
    .filter((probe) => container[probe] === undefined)
    .map((probe): Finding => [probe, 'is missing: what runs long needs all three probes']);
}

function podProblems({ object, path, template: { spec } }: Workload): Problem[] {
  const problem = ([key, cure]: Finding): Problem => ({
    object,
    path: `${path}.spec.${key}`,
    cure,
  });
  const findings: Finding[] = [];
  const context: NonNullable<PodSpec['securityContext']> = spec.securityContext ?? {};
  if (context.runAsNonRoot !== true)
    findings.push(['securityContext.runAsNonRoot', 'must be true']);
  if (!((context.runAsUser ?? 0) > 0))
    findings.push(['securityContext.runAsUser', 'must be a user other than root']);
  if (context.seccompProfile?.type !== 'RuntimeDefault')
    findings.push(['securityContext.seccompProfile.type', 'must be RuntimeDefault']);
  if (spec.automountServiceAccountToken !== false)
    findings.push(['automountServiceAccountToken', 'must be false: nothing of ours asks the API']);
  if (spec.serviceAccountName === undefined)
    findings.push(['serviceAccountName', 'is missing: each service has its own']);
  for (const host of ['hostNetwork', 'hostPID', 'hostIPC'] as const)
    if (spec[host]) findings.push([host, 'must not be set']);
  for (const [index, volume] of (spec.volumes ?? []).entries()) {
    const { name: _name, ...sources } = volume;
    const [source = ''] = Object.keys(sources);
    if (!allowedVolumes.includes(source))
      findings.push([`volumes[${index}].${source}`, `use one of ${allowedVolumes.join(', ')}`]);
    if (source === 'emptyDir' && volume.emptyDir?.sizeLimit === undefined)
      findings.push([`volumes[${index}].emptyDir.sizeLimit`, 'is missing: a full node hits all']);
  }
  return findings.map(problem);
}
