/** Which metrics of a namespace the alarms and dashboards of a template ask for. */
import { type Assembly, type Placed, ofType } from './assembly';
import { type AskedMetric, usesInExpression } from './metric-queries';
import { shapesOf, targetsOf, textsOf } from './resolve';
import { type TemplateResource, isObject, listOf } from './template';

export interface MetricUse extends AskedMetric {
  /** The alarm, dashboard or detector that asks. */
  readonly resource: TemplateResource;
}

/** Asks for metrics of the namespace in a way that cannot be read, such as a dashboard's body that is not JSON. */
export interface UnreadableUse {
  readonly resource: TemplateResource;
  readonly text: string;
}

export interface MetricUses {
  readonly uses: readonly MetricUse[];
  readonly unreadable: readonly UnreadableUse[];
}

export function metricUsesOf(assembly: Assembly, namespace: string): MetricUses {
  const all = [
    ...ofType(assembly, 'AWS::CloudWatch::Alarm', 'AWS::CloudWatch::AnomalyDetector').map((one) =>
      inObject(assembly, one, { value: one.properties, stack: one.stack }, namespace),
    ),
    ...ofType(assembly, 'AWS::CloudWatch::Dashboard').map((one) => inDashboard(assembly, one, namespace)),
  ];
  return { uses: all.flatMap(({ uses }) => uses), unreadable: all.flatMap(({ unreadable }) => unreadable) };
}

/** Wherever in the object a metric or an expression stands: alarms nest them in three ways. */
function inObject(assembly: Assembly, resource: TemplateResource, place: Placed, namespace: string): MetricUses {
  return merged(
    shapesOf(assembly, place).map(({ value, stack }) => {
      if (!isObject(value)) return NONE;
      const text = (name: string): string => textsOf(assembly, value[name], stack).join();
      const own =
        text('Namespace') === '' || text('MetricName') === ''
          ? []
          : [
              {
                resource,
                namespace: text('Namespace'),
                name: text('MetricName'),
                dimensions: shapesOf(assembly, { value: value['Dimensions'], stack }).flatMap((one) =>
                  isObject(one.value) ? textsOf(assembly, one.value['Name'], one.stack) : [],
                ),
              },
            ];
      const nested = Object.keys(value)
        .filter((key) => key !== 'Dimensions')
        .map((key) => inObject(assembly, resource, { value: value[key], stack }, namespace));
      return merged([{ uses: own, unreadable: [] }, inExpression(resource, text('Expression'), namespace), ...nested]);
    }),
  );
}

/** The body is one JSON text, as a rule joined from pieces; what only the deploy knows stands in it as a placeholder. */
function inDashboard(assembly: Assembly, resource: TemplateResource, namespace: string): MetricUses {
  const body = targetsOf(assembly, resource.properties['DashboardBody'], resource.stack)
    .map((target) => (target.kind === 'resource' ? '' : target.text))
    .join('');
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return { uses: [], unreadable: [{ resource, text: 'its body, which is no JSON' }] };
  }
  const widgets = isObject(parsed) ? listOf(parsed['widgets']) : [];
  return merged(
    widgets.map((widget) => {
      const properties = isObject(widget) && isObject(widget['properties']) ? widget['properties'] : {};
      return inRows(resource, listOf(properties['metrics']), namespace);
    }),
  );
}

/** `[namespace, name, dimension, value, …, { options }]`; `.` repeats a word of the row above, `...` all up to the last. */
function inRows(resource: TemplateResource, rows: readonly unknown[], namespace: string): MetricUses {
  let above: string[] = [];
  return merged(
    rows.map((row) => {
      const cells = listOf(row);
      const expression = cells.find((cell) => isObject(cell) && typeof cell['expression'] === 'string');
      const words = cells.filter((cell) => typeof cell === 'string');
      if (isObject(expression) && words.length === 0) {
        return inExpression(resource, String(expression['expression']), namespace);
      }
      above =
        words[0] === '...'
          ? [...above.slice(0, -1), ...words.slice(1)]
          : words.map((word, at) => (word === '.' ? (above[at] ?? word) : word));
      const [space, name, ...pairs] = above;
      if (space === undefined || name === undefined) return NONE;
      return {
        uses: [{ resource, namespace: space, name, dimensions: pairs.filter((_, at) => at % 2 === 0) }],
        unreadable: [],
      };
    }),
  );
}

function inExpression(resource: TemplateResource, expression: string, namespace: string): MetricUses {
  const uses = usesInExpression(expression, namespace);
  return uses === null
    ? { uses: [], unreadable: [{ resource, text: expression }] }
    : { uses: uses.map((use) => ({ ...use, resource })), unreadable: [] };
}

const NONE: MetricUses = { uses: [], unreadable: [] };

const merged = (all: readonly MetricUses[]): MetricUses => ({
  uses: all.flatMap(({ uses }) => uses),
  unreadable: all.flatMap(({ unreadable }) => unreadable),
});
