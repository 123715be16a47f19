/** A caller that speaks OpenAI's chat completions. */
import type { HubCaller } from '../through-hub';
import { readCall } from './read-request';
import { writeAnswer } from './write-answer';
import { chunkWriter } from './write-stream';

export const chatCaller: HubCaller = {
  request: readCall,
  answer: (answer, { createdSeconds }) => writeAnswer(answer, createdSeconds),
  stream: chunkWriter,
};
