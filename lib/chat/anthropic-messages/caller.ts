/** A caller that speaks Anthropic's Messages API. */
import type { HubCaller } from '../through-hub';
import { leftOut, readCall } from './read-request';
import { nameOf, reword } from './wording';
import { writeAnswer } from './write-answer';
import { MessageWriter } from './write-stream';

export const messagesCaller: HubCaller = {
  request: readCall,
  answer: writeAnswer,
  stream: () => new MessageWriter(),
  reword,
  nameOf,
  leavesOut: leftOut,
};
