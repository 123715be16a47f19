/** A caller that speaks OpenAI's Responses API. Nothing is stored: every request holds the whole conversation. */
import type { HubCaller } from '../through-hub';
import { nameOf, reword } from './names';
import { readCall } from './read-request';
import { responseWriter } from './write-stream';
import { writeAnswer } from './write-answer';

export const responsesCaller: HubCaller = {
  request: readCall,
  answer: writeAnswer,
  stream: responseWriter,
  nameOf,
  reword,
};
