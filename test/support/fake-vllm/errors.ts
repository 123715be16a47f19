/** Errors as vLLM's server words and shapes them. */

export class VllmError extends Error {
  readonly status: number;
  readonly type: string;
  readonly param: string | null;

  constructor(status: number, type: string, message: string, param: string | null = null) {
    super(message);
    this.status = status;
    this.type = type;
    this.param = param;
  }

  get body(): unknown {
    return { error: { message: this.message, type: this.type, param: this.param, code: this.status } };
  }
}

export const badRequest = (message: string, param: string | null = null): VllmError =>
  new VllmError(400, 'BadRequestError', message, param);

export const unknownModel = (model: string): VllmError =>
  new VllmError(404, 'NotFoundError', `The model \`${model}\` does not exist.`, 'model');

export const notFound = (): VllmError => new VllmError(404, 'NotFoundError', 'Not Found');

export const contextTooLong = (limit: number, prompt: number, completion: number): VllmError =>
  badRequest(
    `This model's maximum context length is ${limit} tokens. However, you requested ${prompt + completion} tokens ` +
      `(${prompt} in the messages, ${completion} in the completion). ` +
      'Please reduce the length of the messages or completion.',
  );

/** What an engine that failed inside a request says, in a body or as an event of a stream that is already 200. */
export const internal = (message = 'Internal server error'): VllmError =>
  new VllmError(500, 'InternalServerError', message);
