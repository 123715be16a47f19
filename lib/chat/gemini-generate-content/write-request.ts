/** A hub request as the body of `generateContent`, streamed or not. */
import { hasCacheMarks } from '../cache-marks';
import type { UpstreamBody } from '../dialect';
import type { HubRequest } from '../hub';
import { writeGenerationConfig } from './generation-config';
import { writeContents } from './write-contents';
import { writeTools } from './write-tools';

/** `model` is the target's name. Throws `CallerMistake` where the request cannot be said here. */
export function writeRequest(request: HubRequest, model: string): UpstreamBody {
  const { system, contents, dropped } = writeContents(request.messages, model);
  const tools = writeTools(request);
  const config = writeGenerationConfig(request, model);
  const head = {
    ...(system.length > 0 && { systemInstruction: { parts: system } }),
    ...tools.fields,
    generationConfig: config.fields,
  };
  return {
    // The contents are text already: the arguments of tool calls go on as the model wrote them.
    text: `${JSON.stringify(head).slice(0, -1)},"contents":${contents}}`,
    dropped: [...dropped, ...tools.dropped, ...config.dropped, ...(hasCacheMarks(request) ? ['cache_control'] : [])],
    changed: [...tools.changed, ...config.changed],
  };
}
