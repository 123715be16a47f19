/**
 * How constructs tell the proof what must be sealed. Each thing carries two signs: CloudFormation metadata, written by
 * `cfnResource.addMetadata(LANE_MARK, SEALED_LANE)`, and one among its properties. Metadata alone is lost as soon as
 * somebody sets `cfnOptions.metadata` anew, as people do to quiet a linter.
 */
import { ENVIRONMENT } from '../plan/environment';

/** On a function: `{ 'hybrid-llm:lane': 'sealed' }` or `'open'`, and the same word in its environment. */
export const LANE_MARK = 'hybrid-llm:lane';
export const LANE_VARIABLE = ENVIRONMENT.lane;
export const SEALED_LANE = 'sealed';

/** On a launch template, an Auto Scaling group or an instance: `{ 'hybrid-llm:role': 'gpu-host' }`, and a tag like it. */
export const ROLE_MARK = 'hybrid-llm:role';
export const GPU_HOST_ROLE = 'gpu-host';

/** On an interface endpoint that sealed things may use although its service is not on the short list: why that is right. */
export const REASON_MARK = 'hybrid-llm:sealed-reason';
