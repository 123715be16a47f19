import { chatSize } from '../../../lib/chat/openai-chat/chat-size';
import { encode } from '../../support/fake-vllm';

const facts = (content: string, write: (body: object) => string = JSON.stringify) => {
  const body = { model: 'm', messages: [{ role: 'user', content }] };
  const text = write(body);
  return chatSize(body, text, Buffer.byteLength(text));
};
const ascii = (body: object): string =>
  JSON.stringify(body).replace(/[^\x20-\x7e]/g, (odd) => `\\u${odd.charCodeAt(0).toString(16).padStart(4, '0')}`);

test.each(['plain words', '世界'.repeat(200), 'C:\\users\\u0041'.repeat(200), '\\u'.repeat(1_000), '🌍'.repeat(100)])(
  'the bound on the prompt is never below the bytes of its text: %.20s',
  (content) => {
    for (const write of [JSON.stringify, ascii]) {
      expect(facts(content, write).promptTokensMax).toBeGreaterThanOrEqual(Buffer.byteLength(content));
      expect(facts(content, write).promptTokensMax).toBeGreaterThanOrEqual(encode(content).length);
    }
  },
);

test('the estimate is about the same however the text is escaped', () => {
  const content = '世界'.repeat(1_000);
  expect(facts(content, ascii).promptTokens).toBe(facts(content).promptTokens);
});
