/** Finished templates, as CloudFormation reads them. */

export interface Template {
  readonly Resources?: Readonly<Record<string, unknown>>;
  readonly Mappings?: Readonly<Record<string, unknown>>;
  readonly Outputs?: Readonly<Record<string, unknown>>;
  readonly Transform?: unknown;
}

/** One template of an assembly, and the stack it becomes. */
export interface StackTemplate {
  /** Unique among all that are looked at: one file may become several nested stacks. */
  readonly id: string;
  /** Path of the template. */
  readonly file: string;
  /** The folder of the manifest that names it: values pass between stacks of one such folder only. */
  readonly assembly: string;
  /** The stack's name once it is deployed; `null`: CloudFormation makes one up, as for nested stacks. */
  readonly stackName: string | null;
  /** `null`: not known before the deploy. */
  readonly account: string | null;
  /** `null`: not known before the deploy. */
  readonly region: string | null;
  /** Of a nested stack: the template that has it, and its logical id there. */
  readonly parent: { readonly stack: StackTemplate; readonly logicalId: string } | null;
  readonly template: Template;
}

export interface TemplateResource {
  readonly stack: StackTemplate;
  readonly logicalId: string;
  /** Such as `AWS::EC2::Subnet`. */
  readonly type: string;
  readonly properties: JsonObject;
  readonly metadata: JsonObject;
  /** The condition under which it exists at all. */
  readonly condition: string | null;
}

export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const objectOf = (value: unknown): JsonObject => (isObject(value) ? value : {});

/** CloudFormation takes one value where a list may stand. */
export const listOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];

export function resourcesOf(stack: StackTemplate): TemplateResource[] {
  return Object.entries(stack.template.Resources ?? {}).flatMap(([logicalId, raw]) => {
    if (!isObject(raw) || typeof raw['Type'] !== 'string') return [];
    return [
      {
        stack,
        logicalId,
        type: raw['Type'],
        properties: objectOf(raw['Properties']),
        metadata: objectOf(raw['Metadata']),
        condition: typeof raw['Condition'] === 'string' ? raw['Condition'] : null,
      },
    ];
  });
}

/** Where the resource is in the construct tree, without the `Resource` that every construct ends in. */
export function constructPathOf({ metadata }: TemplateResource): string | null {
  const path = metadata['aws:cdk:path'];
  return typeof path === 'string' ? path.replace(/(\/(Resource|Default))+$/, '') : null;
}

export const fileNameOf = ({ file }: StackTemplate): string => file.slice(file.lastIndexOf('/') + 1);
