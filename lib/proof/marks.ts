/**
 * How constructs tell the proof what must be sealed: CloudFormation metadata of a resource, written by
 * `cfnResource.addMetadata(LANE_MARK, SEALED_LANE)`, which keeps what CDK writes there itself.
 */

/** On a function: `{ 'hybrid-llm:lane': 'sealed' }` or `'open'`. */
export const LANE_MARK = 'hybrid-llm:lane';
export const SEALED_LANE = 'sealed';

/** On a launch template, an Auto Scaling group or an instance: `{ 'hybrid-llm:role': 'gpu-host' }`. */
export const ROLE_MARK = 'hybrid-llm:role';
export const GPU_HOST_ROLE = 'gpu-host';

/** On an interface endpoint that sealed things may use although its service is not on the short list: why that is right. */
export const REASON_MARK = 'hybrid-llm:sealed-reason';
