import { BlockList, isIPv4 } from 'node:net';
import {
  type Manifest,
  nameOf,
  ofKind,
  type Peer,
  type Problem,
  type Rule,
  type Selector,
  selects,
  type Workload,
  workloadsOf,
} from './manifest.ts';

const metadataService = '169.254.169.254';
/** Shorter prefixes are no longer somebody's own addresses. */
const shortestPrefix = 8;

type Policy = {
  readonly podSelector: Selector;
  readonly ingress?: readonly Rule[];
  readonly egress?: readonly Rule[];
};

/**
 * Services, monitors and network policies: they select pods that exist and name ports that those
 * have, and no rule opens the outside world or a cloud's metadata service.
 */
export function checkNetwork(manifests: readonly Manifest[]): Problem[] {
  const workloads = workloadsOf(manifests);
  return [
    ...serviceProblems(manifests, workloads),
    ...monitorProblems(manifests, workloads),
    ...policyProblems(manifests, workloads),
  ];
}

function portsOf(workloads: readonly Workload[]): (string | number)[] {
  return workloads.flatMap(({ template }) =>
    template.spec.containers.flatMap(({ ports = [] }) =>
      ports.flatMap(({ name, containerPort }) => [name ?? containerPort, containerPort]),
    ),
  );
}

function serviceProblems(
  manifests: readonly Manifest[],
  workloads: readonly Workload[],
): Problem[] {
  return ofKind<{
    selector?: Record<string, string>;
    ports?: { name?: string; targetPort?: string | number; port: number }[];
  }>(manifests, 'Service').flatMap((service) => {
    const object = nameOf(service);
    const selected = workloads.filter(({ labels }) =>
      selects({ matchLabels: service.spec?.selector ?? {} }, labels),
    );
    if (selected.length === 0)
      return [{ object, path: 'spec.selector', cure: 'selects no pod that is rendered' }];
    const open = portsOf(selected);
    return (service.spec?.ports ?? [])
      .filter(({ targetPort, port }) => !open.includes(targetPort ?? port))
      .map(({ targetPort, port }) => ({
        object,
        path: 'spec.ports',
        cure: `names port ${targetPort ?? port}, but its pods have ${open.join(', ')}`,
      }));
  });
}

function monitorProblems(
  manifests: readonly Manifest[],
  workloads: readonly Workload[],
): Problem[] {
  type Endpoint = { port?: string };
  const problems: Problem[] = [];
  for (const monitor of ofKind<{ selector: Selector; podMetricsEndpoints?: Endpoint[] }>(
    manifests,
    'PodMonitor',
  ))
    for (const workload of workloads.filter(({ labels }) =>
      selects(monitor.spec?.selector ?? {}, labels),
    ))
      for (const { port = '' } of monitor.spec?.podMetricsEndpoints ?? [])
        if (!portsOf([workload]).includes(port))
          problems.push({
            object: nameOf(monitor),
            path: 'spec.podMetricsEndpoints',
            cure: `names port ${port}, which ${workload.object} lacks`,
          });
  for (const monitor of ofKind<{ selector: Selector; endpoints: Endpoint[] }>(
    manifests,
    'ServiceMonitor',
  )) {
    const ports = ofKind<{ ports?: { name?: string }[] }>(manifests, 'Service')
      .filter(({ metadata }) => selects(monitor.spec?.selector ?? {}, metadata.labels ?? {}))
      .flatMap(({ spec }) => (spec?.ports ?? []).map(({ name }) => name));
    for (const { port = '' } of monitor.spec?.endpoints ?? [])
      if (!ports.includes(port))
        problems.push({
          object: nameOf(monitor),
          path: 'spec.endpoints',
          cure: `names port ${port}, which no Service that it selects has`,
        });
  }
  return problems;
}

function policyProblems(manifests: readonly Manifest[], workloads: readonly Workload[]): Problem[] {
  return ofKind<Policy>(manifests, 'NetworkPolicy').flatMap((policy) => {
    const object = nameOf(policy);
    const { podSelector = {}, ingress = [], egress = [] } = policy.spec ?? {};
    const own = workloads.filter(({ labels }) => selects(podSelector, labels));
    const problems: Problem[] = [];
    const add = (path: string, cure: string) => problems.push({ object, path, cure });
    for (const [index, rule] of ingress.entries()) {
      if ((rule.from ?? []).length === 0)
        add(`spec.ingress[${index}].from`, 'lets all in: name who');
      checkPorts(rule, own, (cure) => add(`spec.ingress[${index}].ports`, cure));
    }
    for (const [index, rule] of egress.entries()) {
      const path = `spec.egress[${index}]`;
      if ((rule.to ?? []).length === 0) add(`${path}.to`, 'lets out to everywhere: name where to');
      for (const peer of rule.to ?? []) {
        const { cidr = '', except = [] } = peer.ipBlock ?? {};
        if (holds(cidr, metadataService) && !except.some((each) => holds(each, metadataService)))
          add(`${path}.to`, `must except ${metadataService}/32, the metadata service of clouds`);
        if (isWide(cidr) && own.some(({ component }) => component === 'worker'))
          add(`${path}.to`, `lets workers out to ${cidr}: name the addresses of the store only`);
        if (isOwnPeer(peer))
          checkPorts(
            rule,
            workloads.filter(({ labels }) => selects(peer.podSelector ?? {}, labels)),
            (cure) => add(`${path}.ports`, cure),
          );
      }
    }
    return problems;
  });
}

function isOwnPeer(peer: Peer): boolean {
  return peer.podSelector !== undefined && peer.namespaceSelector === undefined;
}

function checkPorts(rule: Rule, workloads: readonly Workload[], add: (cure: string) => void): void {
  // A policy may stand for pods that another overlay starts, such as workers.
  if (workloads.length === 0) return;
  const open = portsOf(workloads);
  for (const { port = '' } of rule.ports ?? [])
    if (!open.includes(port)) add(`names port ${port}, but its pods have ${open.join(', ')}`);
}

/** Whether an IPv4 block holds an address; a block of another kind holds none. */
function holds(cidr: string, address: string): boolean {
  const [network = '', prefix = ''] = cidr.split('/');
  if (!isIPv4(network)) return false;
  const block = new BlockList();
  block.addSubnet(network, Number(prefix));
  return block.check(address);
}

function isWide(cidr: string): boolean {
  return cidr !== '' && Number(cidr.split('/')[1]) < shortestPrefix;
}
