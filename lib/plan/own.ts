/** The entry of a record by a name that somebody else chose: `constructor` is no entry. */
export function own<V>(record: Readonly<Record<string, V>>, name: string): V | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
