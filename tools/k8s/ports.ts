import {
  type Container,
  containersOf,
  isService,
  type Manifest,
  ofKind,
  type Probe,
  type Problem,
  workloadsOf,
} from './manifest.ts';
import { type ImageVariables, variablesOf } from './variables.ts';

/** The variable from which a service takes each of its ports, by the port's name in the manifests. */
const portVariables: Readonly<Record<string, string>> = {
  http: 'LATHE_PORT',
  health: 'LATHE_HEALTH_PORT',
  grpc: 'LATHE_WORKER_ADDRESS',
};

/** Ports of containers, probes and addresses: those that the configuration opens, and no others. */
export function checkPorts(
  manifests: readonly Manifest[],
  imageVariables: ImageVariables,
): Problem[] {
  const own = workloadsOf(manifests).flatMap((workload) =>
    containersOf(workload).flatMap(({ container, path }) => {
      const variables = variablesOf(container, manifests, imageVariables);
      return [
        ...(isService(container)
          ? [...portFindings(container, variables), ...addressFindings(variables, manifests)]
          : serverFindings(container, manifests)),
        ...probeFindings(container),
      ].map(([key, cure]) => ({ object: workload.object, path: `${path}.${key}`, cure }));
    }),
  );
  return [...own, ...triggerProblems(manifests)];
}

type Finding = [key: string, cure: string];

function portFindings(
  { ports = [] }: Container,
  variables: ReadonlyMap<string, string | null>,
): Finding[] {
  const found: Finding[] = [];
  for (const [index, { name = '', containerPort }] of ports.entries()) {
    const variable = portVariables[name];
    if (variable === undefined) {
      const names = Object.keys(portVariables).join(', ');
      found.push([`ports[${index}].name`, `is "${name}", but the services have ${names}`]);
      continue;
    }
    const value = variables.get(variable) ?? '';
    const opened = Number(value.split(':').at(-1));
    if (opened !== containerPort)
      found.push([
        `ports[${index}].containerPort`,
        `is ${containerPort}, but ${variable} is "${value}": make them equal`,
      ]);
  }
  for (const [name, variable] of Object.entries(portVariables))
    if (variables.has(variable) && !ports.some((port) => port.name === name))
      found.push(['ports', `lack "${name}", which ${variable} opens`]);
  return found;
}

function probeFindings(container: Container): Finding[] {
  const ports = container.ports ?? [];
  return (['startupProbe', 'readinessProbe', 'livenessProbe'] as const).flatMap((key) => {
    const probe: Probe = container[key] ?? {};
    return (['httpGet', 'grpc', 'tcpSocket'] as const).flatMap((way): Finding[] => {
      const asked = probe[way]?.port;
      if (asked === undefined) return [];
      const port = ports.find((each) => each.name === asked || each.containerPort === asked);
      if (port === undefined)
        return [[`${key}.${way}.port`, `is ${asked}, which the container does not have`]];
      if (isService(container) && (way === 'grpc') !== (port.name === 'grpc'))
        return [[`${key}.${way}.port`, `is ${asked}, which does not speak ${way}`]];
      return [];
    });
  });
}

/** Ports of nats-server and MinIO: those in their configuration file or arguments. */
function serverFindings(
  { ports = [], args = [], name }: Container,
  manifests: readonly Manifest[],
) {
  const texts = [
    ...args,
    ...ofKind(manifests, 'ConfigMap')
      .filter(({ metadata }) => metadata.name.startsWith(name))
      .flatMap(({ data }) => Object.values(data ?? {})),
  ];
  const opened = new Set<string>();
  for (const text of texts)
    for (const [, port = ''] of text.matchAll(
      /(?:^|\n)\s*(?:(?:http_)?port:\s*|listen:\s*[\d.]+:|:)(\d+)/g,
    ))
      opened.add(port);
  return ports.flatMap(({ containerPort }, index): Finding[] =>
    opened.has(String(containerPort))
      ? []
      : [
          [
            `ports[${index}].containerPort`,
            `is ${containerPort}, but its configuration opens ${[...opened].join(', ')}`,
          ],
        ],
  );
}

/** Addresses of services of ours: the Service exists and has the port. */
function addressFindings(
  variables: ReadonlyMap<string, string | null>,
  manifests: readonly Manifest[],
): Finding[] {
  return [...variables].flatMap(([name, value]): Finding[] => {
    const [, address = ''] = /^https?:\/\/([^/]+)/.exec(value ?? '') ?? [];
    const cure = address === '' ? null : unreachable(address, manifests);
    return cure === null ? [] : [[`env.${name}`, cure]];
  });
}

function triggerProblems(manifests: readonly Manifest[]): Problem[] {
  type Triggers = { triggers?: { metadata: Record<string, string> }[] };
  return ofKind<Triggers>(manifests, 'ScaledJob').flatMap(({ kind, metadata, spec }) =>
    (spec?.triggers ?? []).flatMap((trigger, index) => {
      const address = trigger.metadata.natsServerMonitoringEndpoint;
      const cure = address === undefined ? null : unreachable(address, manifests);
      const path = `spec.triggers[${index}].metadata.natsServerMonitoringEndpoint`;
      return cure === null ? [] : [{ object: `${kind}/${metadata.name}`, path, cure }];
    }),
  );
}

/** Why `name[.namespace.svc…]:port` reaches no Service here; null when it does or is elsewhere. */
function unreachable(address: string, manifests: readonly Manifest[]): string | null {
  const [host = '', port = '80'] = address.split(':');
  const [name, namespace] = host.split('.');
  if (host.includes('.') && !/\.svc(\.|$)/.test(host)) return null;
  const service = ofKind<{ ports?: { port: number }[] }>(manifests, 'Service').find(
    ({ metadata }) =>
      metadata.name === name && (namespace === undefined || metadata.namespace === namespace),
  );
  if (service === undefined) return `is at ${host}, but no such Service is rendered`;
  const ports = (service.spec?.ports ?? []).map((each) => String(each.port));
  return ports.includes(port)
    ? null
    : `is at port ${port}, but the Service ${name} has ${ports.join(', ')}`;
}
