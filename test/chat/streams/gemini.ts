/** Streams as Gemini's `generateContent` has them, event by event; written for these tests. */

const json = (event: object): string => JSON.stringify(event);

export const usage = (more: object = {}): object => ({
  usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 7, totalTokenCount: 17, ...more },
});

/** An event with one candidate. `more` are fields of the event. */
export const event = (candidate: object, more: object = usage()): string =>
  json({ candidates: [candidate], ...more, modelVersion: 'gemini', responseId: 'r1' });

export const parts = (...all: object[]): object => ({ content: { role: 'model', parts: all } });
export const said = (...all: object[]): string => event(parts(...all));
export const finish = (reason: string, more: object = {}): string =>
  event({ ...parts({ text: '' }), finishReason: reason, ...more });

export const saidText = (value: string): object => ({ text: value });
export const thought = (value: string): object => ({ text: value, thought: true });
export const called = (call: object, more: object = {}): object => ({ functionCall: call, ...more });

const piece = (jsonPath: string, value: object, willContinue = true): object =>
  called({ partialArgs: [{ jsonPath, ...value }], willContinue });

export const text = [said(saidText('Hello, ')), said(saidText('世界 🙂')), finish('STOP')];
export const thoughts = [said(thought('Hm.')), said(saidText('Yes.')), finish('STOP')];
export const tools = [
  said(saidText('Looking.')),
  said(called({ name: 'tool_a', args: { q: 1 } }, { thoughtSignature: 'c2ln' }), called({ name: 'tool_b' })),
  finish('STOP'),
];
export const toolsInPieces = [
  said(called({ name: 'tool_a', willContinue: true })),
  said(piece('$.q', { stringValue: 'Bos', willContinue: true })),
  said(piece('$.q', { stringValue: 'ton' })),
  said(piece('$.list[0].n', { numberValue: 1 })),
  said(called({})),
  said(called({ name: 'tool_b', willContinue: true })),
  said(piece("$['a b']", { boolValue: true }, false)),
  finish('STOP'),
];
export const twoCandidates = [
  event({ ...parts(saidText('A')), index: 0 }),
  event({ ...parts(saidText('X')), index: 1 }),
  json({
    candidates: [
      { ...parts(saidText('B')), index: 0, finishReason: 'STOP' },
      { ...parts(saidText('Y')), index: 1, finishReason: 'MAX_TOKENS' },
    ],
    ...usage(),
    responseId: 'r1',
  }),
];
