/** Asks subjects in turns, so that what else the machine does falls on all of them alike. */
import * as http from 'node:http';

/** Something that answers chat completions. */
export interface Subject {
  readonly name: string;
  readonly url: string;
  readonly key: string;
  readonly model: string;
}

export interface Asking {
  readonly stream: boolean;
  /** Connections at a time. */
  readonly connections: number;
  readonly rounds: number;
  readonly requestsPerRound: number;
  /** Requests before the first that counts: the optimizing compiler needs many. */
  readonly warmUp: number;
}

export interface Round {
  /** To the whole answer, or to the first byte of a streamed one. */
  readonly timesMs: readonly number[];
  readonly requestsPerSecond: number;
}

/** By subject and round. */
export async function measure(subjects: readonly Subject[], asking: Asking): Promise<Round[][]> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: asking.connections });
  const rounds = subjects.map((): Round[] => []);
  for (const subject of subjects) await askMany(subject, asking.warmUp, agent, asking);
  for (let round = 0; round < asking.rounds; round += 1) {
    for (const [index, subject] of subjects.entries()) {
      rounds[index]?.push(await askMany(subject, asking.requestsPerRound, agent, asking));
    }
  }
  agent.destroy();
  return rounds;
}

async function askMany(
  subject: Subject,
  requests: number,
  agent: http.Agent,
  { stream, connections }: Asking,
): Promise<Round> {
  const body = bodyFor(subject, stream);
  const timesMs: number[] = [];
  let left = requests;
  const began = performance.now();
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      timesMs.push(await ask(subject, body, agent, stream));
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
  return { timesMs, requestsPerSecond: (requests * 1000) / (performance.now() - began) };
}

const bodyFor = ({ model }: Subject, stream: boolean): string =>
  JSON.stringify({
    model,
    stream,
    messages: [
      { role: 'system', content: 'You are a helpful assistant of a shop. Answer briefly.' },
      {
        role: 'user',
        content: 'My order from the 3rd of May has not come. What can I do about it, and whom do I write to?',
      },
    ],
  });

function ask({ url, key }: Subject, body: string, agent: http.Agent, stream: boolean): Promise<number> {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const request = http.request(
      `${url}/chat/completions`,
      {
        method: 'POST',
        agent,
        headers: {
          authorization: `Bearer ${key}`,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
        },
      },
      (response) => {
        let firstByteMs = 0;
        response.on('data', () => {
          if (firstByteMs === 0) firstByteMs = performance.now() - began;
        });
        response.on('end', () => {
          if (response.statusCode === 200) resolve(stream ? firstByteMs : performance.now() - began);
          else reject(new Error(`${url} answered ${response.statusCode}`));
        });
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

/** A comparison a round, and of these the median: what else the machine does in a few rounds does not count. */
export const medianOf = (
  mine: readonly Round[],
  theirs: readonly Round[],
  compare: (mine: Round, theirs: Round) => number,
): number =>
  quantile(
    mine.map((round, index) => compare(round, theirs[index] as Round)),
    0.5,
  );
