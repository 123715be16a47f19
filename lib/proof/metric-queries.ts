/** Metrics that a text asks for: `SEARCH` expressions and Metrics Insights queries. */

export interface AskedMetric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: readonly string[];
}

/** `null`: it asks for the namespace's metrics in a way that cannot be read. */
export function usesInExpression(expression: string, namespace: string): AskedMetric[] | null {
  if (!expression.includes(namespace)) return [];
  const schemas = [...bracketed(expression), ...selected(expression)].filter(([first]) => first === namespace);
  if (schemas.length === 0) return null;
  const names = [
    ...expression.matchAll(/MetricName\s*=\s*\\?["']([^"'\\]+)/g),
    ...expression.matchAll(/SELECT\s+\w+\(\s*"?([^)"]+)"?\s*\)/gi),
  ].map(([, name]) => name ?? '');
  if (names.length === 0) return null;
  return names.flatMap((name) => schemas.map(([, ...dimensions]) => ({ namespace, name, dimensions })));
}

/** `{HybridLlm,Deployment,Lane}` */
const bracketed = (expression: string): string[][] =>
  [...expression.matchAll(/\{([^{}]+)\}/g)].map(([, schema]) => wordsOf(schema ?? ''));

/** `FROM SCHEMA("HybridLlm", Deployment, Lane)`; without a schema the dimensions are open, which cannot be checked. */
const selected = (expression: string): string[][] =>
  [...expression.matchAll(/FROM\s+SCHEMA\(([^)]*)\)/gi)].map(([, schema]) => wordsOf(schema ?? ''));

const wordsOf = (schema: string): string[] => schema.split(',').map((word) => word.trim().replace(/^["']|["']$/g, ''));
