/** "2 GB per billion parameters at 4 bit". */
import { bytesPerParameter } from '../../../lib/sizing/formats';
import { weightBytes } from '../../../lib/sizing/weights';
import { off, table } from './markdown';
import { INT4, LLAMA_70B, LLAMA_8B, modelOf } from './reference-fleets';

/** Gigabytes for a billion parameters. */
const SAID = 2;

export function memorySection(): string {
  const perBillion = bytesPerParameter(INT4);
  const rows = [LLAMA_8B, LLAMA_70B].map((id) => {
    const model = modelOf(id);
    const [billions, gigabytes] = [model.parameters.total / 1e9, weightBytes(model, INT4) / 1e9];
    return [
      id.replace(/^.*\//, ''),
      billions.toFixed(1),
      `${gigabytes.toFixed(1)} GB`,
      `${(gigabytes / billions).toFixed(2)} GB`,
      off(SAID, gigabytes / billions),
    ];
  });
  return `## "2 GB for a billion parameters at 4 bits"

Two bytes a parameter are 16 bits. At 4 bits a parameter takes half a byte, and in groups of 128 a scale and a zero point besides: ${perBillion.toFixed(3)} bytes, so ${perBillion.toFixed(2)} GB for a billion. What was said is ${off(SAID, perBillion)}. Token tables and output heads stay at 16 bits, which shows in small models:

${table([['model', 'parameters, billions', 'weights at 4 bits', 'for a billion', 'what was said is'], ...rows])}
The KV cache comes on top. It hangs on context and concurrency, not on the bits of the weights.
`;
}
