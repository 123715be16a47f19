/** All templates that are looked at together, and how values pass from one to another. */
import { type StackTemplate, type TemplateResource, isObject, objectOf, resourcesOf } from './template';

export interface Assembly {
  readonly stacks: readonly StackTemplate[];
  readonly resources: readonly TemplateResource[];
  /** `null`: the template has no such resource. */
  resource(stack: StackTemplate, logicalId: string): TemplateResource | null;
}

/** A value, and the template in whose words it is written. */
export interface Placed {
  readonly value: unknown;
  readonly stack: StackTemplate;
}

export interface Intrinsic {
  /** `Ref` or `Fn::…`. */
  readonly name: string;
  readonly argument: unknown;
}

export function assemblyOf(stacks: readonly StackTemplate[]): Assembly {
  const resources = stacks.flatMap(resourcesOf);
  const byId = new Map(resources.map((one) => [`${one.stack.id}#${one.logicalId}`, one]));
  return {
    stacks,
    resources,
    resource: (stack, logicalId) => byId.get(`${stack.id}#${logicalId}`) ?? null,
  };
}

export const ofType = (assembly: Assembly, ...types: string[]): TemplateResource[] =>
  assembly.resources.filter(({ type }) => types.includes(type));

export function intrinsicOf(value: unknown): Intrinsic | null {
  if (!isObject(value)) return null;
  const [name, ...more] = Object.keys(value);
  if (name === undefined || more.length > 0 || (name !== 'Ref' && !name.startsWith('Fn::'))) return null;
  return { name, argument: value[name] };
}

/** `['A', 'B']` of both ways to write `Fn::GetAtt`; `null`: neither of them. */
export function attributeOf(argument: unknown): readonly [logicalId: string, attribute: string] | null {
  const parts =
    typeof argument === 'string' ? [argument.split('.')[0], argument.split('.').slice(1).join('.')] : argument;
  if (!Array.isArray(parts) || typeof parts[0] !== 'string' || typeof parts[1] !== 'string') return null;
  return [parts[0], parts[1]];
}

/** Values go round in circles in broken templates only; no honest one takes as many steps. */
const MOST_STEPS = 50;

/** To where a value is made: through parameters of nested stacks, their outputs, exports and outputs of other stacks. */
export function follow(assembly: Assembly, placed: Placed): Placed {
  let now = placed;
  for (let steps = 0; steps < MOST_STEPS; steps++) {
    const next = step(assembly, now);
    if (next === null) return now;
    now = next;
  }
  return now;
}

function step(assembly: Assembly, { value, stack }: Placed): Placed | null {
  const intrinsic = intrinsicOf(value);
  switch (intrinsic?.name) {
    case 'Ref':
      return parentsValue(assembly, stack, intrinsic.argument);
    case 'Fn::GetAtt':
      return nestedOutput(assembly, stack, intrinsic.argument);
    case 'Fn::ImportValue':
      return exportedValue(assembly, stack, intrinsic.argument);
    case 'Fn::GetStackOutput':
      return stackOutput(assembly, stack, objectOf(intrinsic.argument));
    default:
      return null;
  }
}

function parentsValue(assembly: Assembly, { parent }: StackTemplate, name: unknown): Placed | null {
  if (parent === null || typeof name !== 'string') return null;
  const given = objectOf(assembly.resource(parent.stack, parent.logicalId)?.properties['Parameters']);
  return name in given ? { value: given[name], stack: parent.stack } : null;
}

function nestedOutput(assembly: Assembly, stack: StackTemplate, argument: unknown): Placed | null {
  const attribute = attributeOf(argument);
  if (attribute === null || !attribute[1].startsWith('Outputs.')) return null;
  const nested = assembly.stacks.find(
    ({ parent }) => parent !== null && parent.stack === stack && parent.logicalId === attribute[0],
  );
  return nested === undefined ? null : outputOf(nested, attribute[1].slice('Outputs.'.length));
}

function exportedValue(assembly: Assembly, stack: StackTemplate, name: unknown): Placed | null {
  for (const other of assembly.stacks) {
    if (other.assembly !== stack.assembly || other.region !== stack.region || other.account !== stack.account) continue;
    for (const [output, raw] of Object.entries(other.template.Outputs ?? {})) {
      if (typeof name === 'string' && objectOf(objectOf(raw)['Export'])['Name'] === name)
        return outputOf(other, output);
    }
  }
  return null;
}

function stackOutput(
  assembly: Assembly,
  stack: StackTemplate,
  argument: Readonly<Record<string, unknown>>,
): Placed | null {
  const { StackName, OutputName, Region } = argument;
  const other = assembly.stacks.find(
    (one) =>
      one.assembly === stack.assembly &&
      one.stackName !== null &&
      one.stackName === StackName &&
      one.region === (typeof Region === 'string' ? Region : stack.region),
  );
  return other === undefined || typeof OutputName !== 'string' ? null : outputOf(other, OutputName);
}

function outputOf(stack: StackTemplate, name: string): Placed | null {
  const output = stack.template.Outputs?.[name];
  return isObject(output) && 'Value' in output ? { value: output['Value'], stack } : null;
}
