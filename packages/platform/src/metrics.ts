import {
  metrics as declared,
  type MetricDeclaration,
  type MetricLabels,
  type MetricName,
} from '@lathe/contracts/metric';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** The metrics of one service. Several services may share a process: each has a registry of its own. */
export type Metrics = {
  /** Adds to a counter, 1 by default. */
  count<Name extends MetricName>(name: Name, labels: MetricLabels<Name>, by?: number): void;
  /** Takes one measurement into a histogram, in seconds. */
  observe<Name extends MetricName>(name: Name, labels: MetricLabels<Name>, value: number): void;
  set<Name extends MetricName>(name: Name, labels: MetricLabels<Name>, value: number): void;
  /** Calls back before every scrape, to set what is only looked up then. A failure leaves old values. */
  beforeScrape(collect: () => Promise<void>): void;
  /** Everything in Prometheus' text format. */
  text(): Promise<string>;
  readonly contentType: string;
};

/** Does something, and tells how it ended after how many seconds. */
export async function timed<Result>(
  act: () => Promise<Result>,
  tell: (outcome: 'done' | 'failed', seconds: number) => void,
): Promise<Result> {
  const started = performance.now();
  let outcome: 'done' | 'failed' = 'failed';
  try {
    const result = await act();
    outcome = 'done';
    return result;
  } finally {
    tell(outcome, (performance.now() - started) / 1000);
  }
}

export type MetricsOptions = {
  /** Told when a value could not be looked up for a scrape. */
  readonly onFailure?: (error: unknown) => void;
};

/**
 * How often the delay of the event loop is sampled; delays are told with this time in them. A process is woken for
 * each sample, and one machine may run a dozen of them beside its training.
 */
const eventLoopSampleMs = 100;

/**
 * Metrics of a service, labelled with its name, with Node's own (memory, event loop, garbage) among them.
 * @example createMetrics('worker').set('lathe_training_runs', {}, 1);
 */
export function createMetrics(
  service: string,
  { onFailure = () => undefined }: MetricsOptions = {},
): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: eventLoopSampleMs });
  const counters = new Map<string, Counter>();
  const gauges = new Map<string, Gauge>();
  const histograms = new Map<string, Histogram>();
  const collectors: (() => Promise<void>)[] = [];
  const found = <Metric>(of: ReadonlyMap<string, Metric>, name: MetricName): Metric => {
    const metric = of.get(name);
    if (metric === undefined) throw new TypeError(`${name} is a ${declared[name].type}`);
    return metric;
  };
  for (const [name, metric] of Object.entries<MetricDeclaration>(declared)) {
    const { help, labels, buckets = [] } = metric;
    const common = { name, help, labelNames: [...labels], registers: [registry] };
    if (metric.type === 'counter') counters.set(name, new Counter(common));
    else if (metric.type === 'gauge') gauges.set(name, new Gauge(common));
    else histograms.set(name, new Histogram({ ...common, buckets: [...buckets] }));
  }
  return {
    count: (name, labels, by = 1) => found(counters, name).inc(labels, by),
    observe: (name, labels, value) => found(histograms, name).observe(labels, value),
    set: (name, labels, value) => found(gauges, name).set(labels, value),
    beforeScrape: (collect) => void collectors.push(collect),
    async text() {
      await Promise.all(collectors.map((collect) => collect().catch(onFailure)));
      return registry.metrics();
    },
    contentType: registry.contentType,
  };
}
