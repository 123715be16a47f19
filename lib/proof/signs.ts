/** The two signs of what must be sealed: one in a resource's metadata, one among its properties. Either is enough. */
import type { Assembly } from './assembly';
import { GPU_HOST_ROLE, LANE_MARK, LANE_VARIABLE, ROLE_MARK, SEALED_LANE } from './marks';
import { inside, shapesOf, textsOf } from './resolve';
import { type TemplateResource, isObject } from './template';

export const FUNCTION = 'AWS::Lambda::Function';
export const GROUP = 'AWS::AutoScaling::AutoScalingGroup';
export const INSTANCE = 'AWS::EC2::Instance';
export const TEMPLATE = 'AWS::EC2::LaunchTemplate';

/** What a sign says, such as `hybrid-llm:lane: sealed`, or `null` where it is not there. */
export interface Signs {
  readonly metadata: string | null;
  readonly property: string | null;
}

export function signsOf(assembly: Assembly, resource: TemplateResource): Signs {
  const { metadata } = resource;
  const words = [
    [LANE_MARK, SEALED_LANE],
    [ROLE_MARK, GPU_HOST_ROLE],
  ] as const;
  const mark = words.find(([name, value]) => metadata[name] === value);
  return { metadata: mark === undefined ? null : mark.join(': '), property: propertySign(assembly, resource) };
}

export function isMarked(assembly: Assembly, resource: TemplateResource): boolean {
  const { metadata, property } = signsOf(assembly, resource);
  return metadata !== null || property !== null;
}

/** The sign that a kind carries among its properties, for people; `null` for kinds that have no place for one. */
export function propertySignOf(type: string): string | null {
  if (type === FUNCTION) return `the environment variable ${LANE_VARIABLE}: ${SEALED_LANE}`;
  return type in TAGS_OF ? `the tag ${ROLE_MARK}: ${GPU_HOST_ROLE}` : null;
}

/** Where each kind keeps its tags. */
const TAGS_OF: Readonly<Record<string, readonly (readonly string[])[]>> = {
  [GROUP]: [['Tags']],
  [INSTANCE]: [['Tags']],
  [TEMPLATE]: [
    ['TagSpecifications', 'Tags'],
    ['LaunchTemplateData', 'TagSpecifications', 'Tags'],
  ],
};

function propertySign(assembly: Assembly, resource: TemplateResource): string | null {
  const isThere = resource.type === FUNCTION ? hasVariable(assembly, resource) : hasTag(assembly, resource);
  return isThere ? propertySignOf(resource.type) : null;
}

const hasVariable = (assembly: Assembly, resource: TemplateResource): boolean =>
  inside(assembly, resource, 'Environment', 'Variables', LANE_VARIABLE).some(({ value, stack }) =>
    textsOf(assembly, value, stack).includes(SEALED_LANE),
  );

const hasTag = (assembly: Assembly, resource: TemplateResource): boolean =>
  (TAGS_OF[resource.type] ?? [])
    .flatMap((keys) => inside(assembly, resource, ...keys))
    .flatMap((place) => shapesOf(assembly, place))
    .some(
      ({ value, stack }) =>
        isObject(value) &&
        textsOf(assembly, value['Key'], stack).includes(ROLE_MARK) &&
        textsOf(assembly, value['Value'], stack).includes(GPU_HOST_ROLE),
    );
