/** Which resources speak of which, wherever in their properties. */
import { type Assembly, intrinsicOf } from './assembly';
import { entitiesOf, namedKey } from './entity';
import { type StackTemplate, type TemplateResource, isObject } from './template';

export interface References {
  /** Resources that name the thing with this key. */
  to(key: string): readonly TemplateResource[];
  /** Keys of everything that a resource names. */
  from(resource: TemplateResource): ReadonlySet<string>;
}

export function referencesOf(assembly: Assembly): References {
  const from = new Map(assembly.resources.map((one) => [one, keysIn(assembly, one.properties, one.stack)]));
  const to = new Map<string, TemplateResource[]>();
  for (const [resource, keys] of from) {
    for (const key of keys) to.set(key, [...(to.get(key) ?? []), resource]);
  }
  return { to: (key) => to.get(key) ?? [], from: (resource) => from.get(resource) ?? new Set() };
}

/** Those that name something; the others only put together what they hold. */
const NAMING = ['Ref', 'Fn::GetAtt', 'Fn::ImportValue', 'Fn::GetStackOutput', 'Fn::Sub', 'Fn::Split', 'Fn::Select'];

function keysIn(assembly: Assembly, properties: unknown, stack: StackTemplate): Set<string> {
  const keys = new Set<string>();
  const visit = (value: unknown): void => {
    const name = intrinsicOf(value)?.name;
    if (name !== undefined && NAMING.includes(name)) {
      for (const { key } of entitiesOf(assembly, value, stack)) keys.add(key);
    }
    // What is made elsewhere is named by its id.
    if (typeof value === 'string') keys.add(namedKey(value));
    else if (Array.isArray(value)) value.forEach(visit);
    else if (isObject(value)) Object.values(value).forEach(visit);
  };
  visit(properties);
  return keys;
}
