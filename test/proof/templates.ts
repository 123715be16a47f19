/** Small builders: templates by hand, and changes to finished ones. */
import type { StackTemplate } from '../../lib/proof/template';

/** A template that tests may change. */
export interface Draft {
  Resources: Record<string, DraftResource>;
  Outputs?: Record<string, unknown>;
  [section: string]: unknown;
}

export interface DraftResource {
  Type: string;
  Properties: Record<string, unknown>;
  Metadata?: Record<string, unknown>;
  Condition?: string;
}

export const stackOf = (template: object, more: Partial<StackTemplate> = {}): StackTemplate => ({
  id: more.file ?? 'out/Test.template.json',
  file: 'out/Test.template.json',
  assembly: 'out',
  stackName: 'Test',
  account: null,
  region: 'us-east-1',
  parent: null,
  template: template,
  ...more,
});

export const ref = (Ref: string): { Ref: string } => ({ Ref });
export const att = (id: string, attribute: string): { 'Fn::GetAtt': string[] } => ({ 'Fn::GetAtt': [id, attribute] });

export const resource = (Type: string, Properties: Record<string, unknown> = {}, Metadata = {}): DraftResource => ({
  Type,
  Properties,
  Metadata,
});

/** The one resource of a type whose logical id matches. */
export function find({ Resources }: Draft, type: string, id: RegExp = /./): [string, DraftResource] {
  const found = Object.entries(Resources).filter(([logicalId, { Type }]) => Type === type && id.test(logicalId));
  const [first] = found;
  if (found.length !== 1 || first === undefined) {
    throw new Error(`expected one ${type} like ${id}, found ${found.map(([one]) => one).join(', ') || 'none'}`);
  }
  return first;
}
