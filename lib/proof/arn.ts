/** An ARN whose parts may be placeholders, such as `arn:${AWS::Partition}:s3:::bucket/*`. */
export interface Arn {
  readonly service: string;
  readonly account: string;
  readonly resource: string;
}

/** `null`: it is none. */
export function arnOf(text: string): Arn | null {
  // Placeholders may have colons of their own.
  const parts = text.match(/(\$\{[^}]*\}|[^:$]|\$(?!\{))+|(?<=:)(?=:|$)/g) ?? [];
  const [prefix, , service, , account, ...resource] = parts;
  if (prefix !== 'arn' || service === undefined || account === undefined || resource.length === 0) return null;
  return { service, account, resource: resource.join(':') };
}
