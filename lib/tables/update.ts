/** One `UpdateItem` that adds to numbers of an item: DynamoDB does each in one step, whoever else writes at the time. */
import { type AttributeValue, type Item, number } from './attributes';

export interface UpdateInput {
  readonly TableName: string;
  readonly Key: Item;
  readonly UpdateExpression: string;
  readonly ConditionExpression?: string;
  readonly ExpressionAttributeNames: { readonly [placeholder: string]: string };
  readonly ExpressionAttributeValues: Item;
  readonly ReturnValues?: 'UPDATED_NEW';
  readonly ReturnValuesOnConditionCheckFailure?: 'ALL_OLD';
}

export interface Change {
  /** What is added to each attribute; one that is missing counts as 0. */
  readonly add: { readonly [attribute: string]: number };
  readonly set?: Item;
  readonly remove?: readonly string[];
  /** All of them have to hold. */
  readonly when?: readonly Condition[];
}

export type Condition =
  | { readonly attribute: string; readonly is: 'present' }
  | { readonly attribute: string; readonly is: 'equal' | 'absentOrBelow' | 'absentOrAtMost'; readonly than: number };

/** Any text may be an attribute's name, reserved words and colons too: the expressions name them by placeholders. */
export function update(table: string, key: Item, { add, set = {}, remove = [], when = [] }: Change): UpdateInput {
  const names: Record<string, string> = {};
  const values: Record<string, AttributeValue> = {};
  const name = (attribute: string): string => {
    const known = Object.keys(names).find((placeholder) => names[placeholder] === attribute);
    const placeholder = known ?? `#n${Object.keys(names).length}`;
    names[placeholder] = attribute;
    return placeholder;
  };
  const value = (attributeValue: AttributeValue): string => {
    const placeholder = `:v${Object.keys(values).length}`;
    values[placeholder] = attributeValue;
    return placeholder;
  };
  const clause = (word: string, parts: readonly string[]): string[] =>
    parts.length === 0 ? [] : [`${word} ${parts.join(', ')}`];

  const clauses = [
    ...clause(
      'SET',
      Object.entries(set).map(([attribute, to]) => `${name(attribute)} = ${value(to)}`),
    ),
    ...clause('REMOVE', remove.map(name)),
    ...clause(
      'ADD',
      Object.entries(add).map(([attribute, by]) => `${name(attribute)} ${value(number(by))}`),
    ),
  ];
  const conditions = when.map((condition) => {
    const attribute = name(condition.attribute);
    switch (condition.is) {
      case 'present':
        return `attribute_exists(${attribute})`;
      case 'equal':
        return `${attribute} = ${value(number(condition.than))}`;
      case 'absentOrBelow':
        return `(attribute_not_exists(${attribute}) OR ${attribute} < ${value(number(condition.than))})`;
      case 'absentOrAtMost':
        return `(attribute_not_exists(${attribute}) OR ${attribute} <= ${value(number(condition.than))})`;
    }
  });
  return {
    TableName: table,
    Key: key,
    UpdateExpression: clauses.join(' '),
    ...(conditions.length > 0 && { ConditionExpression: conditions.join(' AND ') }),
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: values,
  };
}
