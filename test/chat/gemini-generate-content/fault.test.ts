import type { UpstreamFault } from '../../../lib/chat/dialect';
import { geminiGenerateContent } from '../dialects';
import { reportedFault } from '../../../lib/chat/upstream-fault';

const fault = (status: number, text: string): UpstreamFault => geminiGenerateContent.fault(status, text);
const body = (error: object): string => JSON.stringify({ error: { message: 'm', ...error } });
const INFO = 'type.googleapis.com/google.rpc.';

test.each(['API_KEY_INVALID', 'API_KEY_EXPIRED'])(
  "a key that is %s is the deployment's mistake, although it comes as a 400",
  (reason) => {
    const text = body({ code: 400, status: 'INVALID_ARGUMENT', details: [{ '@type': `${INFO}ErrorInfo`, reason }] });
    expect(fault(400, text)).toMatchObject({ kind: 'status', status: 401, message: 'm' });
  },
);

test('an error in a list of one is read as the error alone', () => {
  const text = body({ code: 429, details: [{ '@type': `${INFO}RetryInfo`, retryDelay: '7s' }] });
  expect(fault(429, `[${text}\n]\n`)).toEqual(fault(429, text));
  expect(fault(429, text)).toMatchObject({ message: 'm', retryAfterSeconds: 7 });
});

test('any other 400 stays one', () => {
  const details = [{ '@type': `${INFO}BadRequest`, fieldViolations: [] }];
  expect(fault(400, body({ code: 400, status: 'INVALID_ARGUMENT', details }))).toMatchObject({ status: 400 });
  expect(fault(400, body({ details: 'x' }))).toMatchObject({ status: 400 });
  expect(fault(502, '<html>')).toMatchObject({ status: 502, message: '<html>' });
});

test.each([
  ['34.4s', 35],
  ['0.2s', 1],
  ['0s', undefined],
  ['soon', undefined],
  [7, undefined],
])('E1 the delay %j is %j seconds', (retryDelay, seconds) => {
  const text = body({ code: 429, details: [{ '@type': `${INFO}Help` }, { '@type': `${INFO}RetryInfo`, retryDelay }] });
  expect(fault(429, text).retryAfterSeconds).toBe(seconds);
});

test('a prompt that does not fit the context is known by its message', () => {
  const message = 'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).';
  expect(fault(400, body({ code: 400, status: 'INVALID_ARGUMENT', message }))).toMatchObject({
    contextLengthExceeded: true,
  });
});

test.each([
  ['RESOURCE_EXHAUSTED', 429],
  ['INVALID_ARGUMENT', 400],
  ['FAILED_PRECONDITION', 400],
  ['UNAUTHENTICATED', 401],
  ['PERMISSION_DENIED', 403],
  ['NOT_FOUND', 404],
  ['INTERNAL', 500],
  ['UNAVAILABLE', 503],
  ['DEADLINE_EXCEEDED', 504],
  ['WHAT_COMES_NEXT', 502],
])("Google's %s in an answer stands for %i", (status, expected) => {
  expect(reportedFault({ error: { message: 'm', status } })).toMatchObject({ status: expected });
});
