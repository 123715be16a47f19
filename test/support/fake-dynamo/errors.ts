/** An answer that is an error, as DynamoDB words it. */
export class FakeError extends Error {
  constructor(
    readonly type: string,
    message: string,
    readonly status = 400,
    readonly more: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
  }
}
