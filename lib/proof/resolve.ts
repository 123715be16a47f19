/**
 * What a value in a template stands for. What only the deploy knows is `unseen`, never a guess; of a condition both
 * sides count.
 */
import { type Assembly, type Intrinsic, type Placed, attributeOf, follow, intrinsicOf } from './assembly';
import { type StackTemplate, type TemplateResource, isObject } from './template';

export type Target =
  | { readonly kind: 'resource'; readonly resource: TemplateResource; /** Empty: `Ref`. */ readonly attribute: string }
  | { readonly kind: 'text'; readonly text: string }
  /** With placeholders for what is not known: `${?Name}` where nothing is, `${Bucket.Arn}` for a resource's own name. */
  | { readonly kind: 'unseen'; readonly text: string; readonly stack: StackTemplate };

/** Every value that may stand there: the elements of a list, both sides of a condition; none for `AWS::NoValue`. */
export function targetsOf(assembly: Assembly, value: unknown, stack: StackTemplate): Target[] {
  const placed = follow(assembly, { value, stack });
  if (Array.isArray(placed.value)) return placed.value.flatMap((one) => targetsOf(assembly, one, placed.stack));
  if (placed.value === null || placed.value === undefined) return [];
  const intrinsic = intrinsicOf(placed.value);
  if (intrinsic !== null) return intrinsicTargets(assembly, intrinsic, placed);
  const { value: plain } = placed;
  if (isObject(plain)) return [unseen(placeholder(plain), placed.stack)];
  return [{ kind: 'text', text: typeof plain === 'string' ? plain : JSON.stringify(plain) }];
}

/** The values as texts, with placeholders for what only the deploy knows. */
export const textsOf = (assembly: Assembly, value: unknown, stack: StackTemplate): string[] =>
  targetsOf(assembly, value, stack).map(textOfTarget);

/** A property that is an object: each shape it may have. An absent one is `undefined`. */
export function branchesOf(assembly: Assembly, value: unknown, stack: StackTemplate): Placed[] {
  const placed = follow(assembly, { value, stack });
  const intrinsic = intrinsicOf(placed.value);
  if (intrinsic?.name === 'Fn::If' && Array.isArray(intrinsic.argument)) {
    return intrinsic.argument.slice(1).flatMap((side) => branchesOf(assembly, side, placed.stack));
  }
  if (intrinsic?.name === 'Ref' && intrinsic.argument === 'AWS::NoValue') return [{ value: undefined, stack }];
  return [placed];
}

/** What stands at a property path, over both sides of conditions and all elements of lists on the way. */
export function inside(assembly: Assembly, resource: TemplateResource, ...keys: readonly string[]): Placed[] {
  const start: Placed[] = [{ value: resource.properties, stack: resource.stack }];
  return keys.reduce(
    (places, key) =>
      places
        .flatMap((place) => shapesOf(assembly, place))
        .map(({ value, stack }) => ({ value: isObject(value) ? value[key] : undefined, stack })),
    start,
  );
}

/** Both sides of conditions, and lists opened. */
export const shapesOf = (assembly: Assembly, { value, stack }: Placed): Placed[] =>
  branchesOf(assembly, value, stack).flatMap((branch) =>
    Array.isArray(branch.value)
      ? branch.value.flatMap((one) => shapesOf(assembly, { value: one, stack: branch.stack }))
      : [branch],
  );

/** A switch: `unseen` where the deploy decides. An absent one is `no`. */
export function switchesOf(assembly: Assembly, places: readonly Placed[]): ('yes' | 'no' | 'unseen')[] {
  return places
    .flatMap(({ value, stack }) => targetsOf(assembly, value, stack))
    .map((target) => (target.kind !== 'text' ? 'unseen' : target.text.toLowerCase() === 'true' ? 'yes' : 'no'));
}

function intrinsicTargets(assembly: Assembly, { name, argument }: Intrinsic, { value, stack }: Placed): Target[] {
  const unknown = (): Target[] => [unseen(placeholder(value), stack)];
  switch (name) {
    case 'Ref':
      return typeof argument === 'string' ? referenceTargets(assembly, argument, stack) : unknown();
    case 'Fn::GetAtt': {
      const attribute = attributeOf(argument);
      const resource = attribute === null ? null : assembly.resource(stack, attribute[0]);
      return attribute === null || resource === null
        ? unknown()
        : [{ kind: 'resource', resource, attribute: attribute[1] }];
    }
    case 'Fn::If':
      return Array.isArray(argument)
        ? argument.slice(1).flatMap((side) => targetsOf(assembly, side, stack))
        : unknown();
    case 'Fn::Join': {
      const joined = joinOf(assembly, { value, stack });
      if (joined === null) return unknown();
      const only = joined.parts.length === 1 ? joined.parts[0] : undefined;
      return only === undefined
        ? [written(joined.parts.map((part) => pieceOf(assembly, part)).join(joined.delimiter), stack)]
        : targetsOf(assembly, only.value, only.stack);
    }
    case 'Fn::Sub':
      return substituted(assembly, argument, stack) ?? unknown();
    case 'Fn::Split':
      return (
        splitOf(assembly, argument, stack)?.flatMap((part) => targetsOf(assembly, part.value, part.stack)) ?? unknown()
      );
    case 'Fn::Select': {
      const [index, list] = Array.isArray(argument) ? (argument as unknown[]) : [];
      const part = elementsOf(assembly, { value: list, stack })?.[Number(index)];
      return part === undefined ? unknown() : targetsOf(assembly, part.value, part.stack);
    }
    case 'Fn::FindInMap': {
      const [map, first, second] = Array.isArray(argument)
        ? argument.map((key) => pieceOf(assembly, { value: key, stack }))
        : [];
      const found = [first, second].reduce<unknown>(
        (table, key) => (isObject(table) && key !== undefined ? table[key] : undefined),
        map === undefined ? undefined : stack.template.Mappings?.[map],
      );
      return found === undefined ? unknown() : targetsOf(assembly, found, stack);
    }
    default:
      return unknown();
  }
}

function referenceTargets(assembly: Assembly, name: string, stack: StackTemplate): Target[] {
  if (name === 'AWS::NoValue') return [];
  if (name === 'AWS::Region' && stack.region !== null) return [{ kind: 'text', text: stack.region }];
  if (name.startsWith('AWS::')) return [unseen(`\${${name}}`, stack)];
  const resource = assembly.resource(stack, name);
  return resource === null ? [unseen(`\${?${name}}`, stack)] : [{ kind: 'resource', resource, attribute: '' }];
}

/** `${A}`, `${A.B}` and variables of `Fn::Sub`; a text that is nothing but one of them stands for what it names. */
function substituted(assembly: Assembly, argument: unknown, stack: StackTemplate): Target[] | null {
  const [text, variables] = Array.isArray(argument) ? (argument as unknown[]) : [argument, {}];
  if (typeof text !== 'string') return null;
  const valueOf = (name: string): unknown => {
    if (isObject(variables) && name in variables) return variables[name];
    return name.includes('.') && !name.startsWith('AWS::') ? { 'Fn::GetAtt': name } : { Ref: name };
  };
  const whole = /^\$\{([^!}]+)\}$/.exec(text);
  if (whole?.[1] !== undefined) return targetsOf(assembly, valueOf(whole[1]), stack);
  const filled = text.replace(/\$\{([^!}]+)\}/g, (_, name: string) =>
    pieceOf(assembly, { value: valueOf(name), stack }),
  );
  return [written(filled.replace(/\$\{!([^}]+)\}/g, '${$1}'), stack)];
}

function joinOf(assembly: Assembly, placed: Placed): { delimiter: string; parts: readonly Placed[] } | null {
  const argument = intrinsicOf(placed.value)?.argument;
  if (!Array.isArray(argument) || typeof argument[0] !== 'string') return null;
  const parts = elementsOf(assembly, { value: argument[1], stack: placed.stack });
  return parts === null ? null : { delimiter: argument[0], parts };
}

/** Lists pass between stacks as one text: joined here, split there. */
function splitOf(assembly: Assembly, argument: unknown, stack: StackTemplate): Placed[] | null {
  const [delimiter, source] = Array.isArray(argument) ? (argument as unknown[]) : [];
  if (typeof delimiter !== 'string') return null;
  const placed = follow(assembly, { value: source, stack });
  if (typeof placed.value === 'string') {
    return placed.value.split(delimiter).map((value) => ({ value, stack: placed.stack }));
  }
  const joined = intrinsicOf(placed.value)?.name === 'Fn::Join' ? joinOf(assembly, placed) : null;
  return joined === null || joined.delimiter !== delimiter ? null : [...joined.parts];
}

function elementsOf(assembly: Assembly, list: Placed): Placed[] | null {
  const placed = follow(assembly, list);
  if (Array.isArray(placed.value)) return placed.value.map((value: unknown) => ({ value, stack: placed.stack }));
  const intrinsic = intrinsicOf(placed.value);
  return intrinsic?.name === 'Fn::Split' ? splitOf(assembly, intrinsic.argument, placed.stack) : null;
}

function pieceOf(assembly: Assembly, { value, stack }: Placed): string {
  const [target, ...more] = targetsOf(assembly, value, stack);
  if (target === undefined) return '';
  return more.length === 0 ? textOfTarget(target) : placeholder(value);
}

function textOfTarget(target: Target): string {
  if (target.kind !== 'resource') return target.text;
  const { resource, attribute } = target;
  const name = attribute === '' ? resource.logicalId : `${resource.logicalId}.${attribute}`;
  return namesItself(resource.type) ? `\${${name}}` : `\${?${name}}`;
}

/** A custom resource or a parameter hands out whatever somebody put there. */
export const namesItself = (type: string): boolean =>
  type.startsWith('AWS::') && !type.startsWith('AWS::CloudFormation::') && type !== 'AWS::SSM::Parameter';

/** Without braces, quotes and colons, so that it stays one piece of a name. */
const placeholder = (value: unknown): string =>
  `\${?${JSON.stringify(value)
    .replace(/[{}"':$]+/g, ' ')
    .trim()}}`;

const written = (text: string, stack: StackTemplate): Target =>
  text.includes('${') ? unseen(text, stack) : { kind: 'text', text };

const unseen = (text: string, stack: StackTemplate): Target => ({ kind: 'unseen', text, stack });
