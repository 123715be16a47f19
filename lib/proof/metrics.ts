/** Every metric of ours that an alarm or a dashboard asks for is one that something publishes, with those dimensions. */
import { assemblyOf } from './assembly';
import { metricUsesOf } from './metric-uses';
import { type StackTemplate, type TemplateResource, constructPathOf } from './template';

export const METRIC_NAMESPACE = 'HybridLlm';

/** A metric that is published, with one set of dimensions. */
export interface PublishedMetric {
  readonly name: string;
  readonly dimensions: readonly string[];
}

export interface MetricFinding {
  readonly resource: TemplateResource;
  /** What is asked for, such as `HybridLlm TimeToFirstToken by Deployment, Lane`. */
  readonly asked: string;
  /** The published metric that comes nearest. `null`: what is asked cannot be read. */
  readonly nearest: string | null;
}

export function unknownMetrics(
  stacks: readonly StackTemplate[],
  published: readonly PublishedMetric[],
): MetricFinding[] {
  const { uses, unreadable } = metricUsesOf(assemblyOf(stacks), METRIC_NAMESPACE);
  const unknown = uses
    .filter(({ namespace }) => namespace.toLowerCase() === METRIC_NAMESPACE.toLowerCase())
    .filter(
      (use) =>
        use.namespace !== METRIC_NAMESPACE ||
        !published.some(({ name, dimensions }) => name === use.name && sameNames(dimensions, use.dimensions)),
    );
  return [
    ...unknown.map(({ resource, namespace, name, dimensions }) => ({
      resource,
      asked: wordsFor(namespace, name, dimensions),
      nearest: nearestTo(name, dimensions, published),
    })),
    ...unreadable.map(({ resource, text }) => ({ resource, asked: text, nearest: null })),
  ];
}

export function formatMetricFinding({ resource, asked, nearest }: MetricFinding): string {
  const who = constructPathOf(resource) ?? resource.logicalId;
  return nearest === null
    ? `${who} asks for metrics in a way that cannot be checked: ${asked}`
    : `${who} asks for ${asked}, which nothing publishes; the nearest is ${nearest}`;
}

const sameNames = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((name) => other.includes(name));

const wordsFor = (namespace: string, name: string, dimensions: readonly string[]): string =>
  `${namespace} ${name} ${dimensions.length === 0 ? 'without dimensions' : `by ${dimensions.join(', ')}`}`;

function nearestTo(name: string, dimensions: readonly string[], published: readonly PublishedMetric[]): string | null {
  const distance = (one: PublishedMetric): number =>
    editDistance(one.name, name) +
    one.dimensions.filter((dimension) => !dimensions.includes(dimension)).length +
    dimensions.filter((dimension) => !one.dimensions.includes(dimension)).length;
  const nearest = published.toSorted((one, other) => distance(one) - distance(other))[0];
  return nearest === undefined ? null : wordsFor(METRIC_NAMESPACE, nearest.name, nearest.dimensions);
}

/** Letters to add, drop or change (Levenshtein). */
function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (const [i, letter] of [...one].entries()) {
    const next = [i + 1];
    for (const [j, wanted] of [...other].entries()) {
      next.push(Math.min((row[j] ?? 0) + (letter === wanted ? 0 : 1), (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
