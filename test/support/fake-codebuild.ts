/**
 * A fake of CodeBuild and of the logs of its builds, on a real socket: a build ends as the test wants it, having said what
 * the test wants. What it is not: no signatures looked at, one page of everything.
 * Sources: CodeBuild and CloudWatch Logs API references.
 */
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface FakeBuild {
  readonly id: string;
  buildStatus: 'IN_PROGRESS' | 'SUCCEEDED' | 'FAILED' | 'STOPPED';
  /** Variables that it was started with. */
  readonly variables: Readonly<Record<string, string>>;
  /** What it has said. */
  readonly lines: string[];
  /** What CodeBuild says of its phases. */
  readonly contexts: string[];
}

export interface FakeCodeBuild {
  readonly url: string;
  readonly builds: FakeBuild[];
  /** Called with each build that is started. */
  onStart: (build: FakeBuild) => void;
  /** Times that a log was read. */
  reads: number;
  /** Operations that are denied. */
  readonly denied: Set<string>;
  stop(): Promise<void>;
}

export async function startFakeCodeBuild(): Promise<FakeCodeBuild> {
  const fake = { builds: [] as FakeBuild[], denied: new Set<string>(), onStart: () => {}, reads: 0 } as {
    builds: FakeBuild[];
    denied: Set<string>;
    reads: number;
    onStart: (build: FakeBuild) => void;
  };
  const shown = ({ id, buildStatus, variables, contexts }: FakeBuild): object => ({
    ...{
      id,
      buildStatus,
      currentPhase: 'BUILD',
      phases: [{ phaseType: 'BUILD', contexts: contexts.map((message) => ({ message })) }],
    },
    logs: { groupName: 'mirror', streamName: id, deepLink: `https://console/${id}` },
    environment: { environmentVariables: Object.entries(variables).map(([name, value]) => ({ name, value })) },
  });
  const operations: Readonly<Record<string, (input: Record<string, any>) => object>> = {
    ListBuildsForProject: () => ({ ids: fake.builds.map(({ id }) => id).toReversed() }),
    BatchGetBuilds: ({ ids }) => ({
      builds: fake.builds.filter(({ id }) => (ids as string[]).includes(id)).map(shown),
    }),
    StartBuild: ({ projectName, environmentVariablesOverride }) => {
      const variables = (environmentVariablesOverride as { name: string; value: string }[]).map(
        ({ name, value }) => [name, value] as const,
      );
      const build: FakeBuild = {
        id: `${projectName}:${fake.builds.length + 1}`,
        buildStatus: 'IN_PROGRESS',
        variables: Object.fromEntries(variables),
        ...{ lines: [], contexts: [] },
      };
      fake.builds.push(build);
      fake.onStart(build);
      return { build: shown(build) };
    },
    GetLogEvents: ({ logStreamName, nextToken }) => {
      fake.reads += 1;
      const lines = fake.builds.find(({ id }) => id === logStreamName)?.lines ?? [];
      const from = Number(/^f\/(\d+)$/.exec(String(nextToken))?.[1] ?? 0);
      const events = lines.slice(from).map((line) => ({ message: `${line}\n` }));
      return { events, nextForwardToken: `f/${lines.length}` };
    },
  };
  const server = http.createServer((request, response) => {
    const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
    void text(request).then((body) => {
      const answer = (status: number, content: object): void =>
        void response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(content));
      const run = operations[operation];
      if (fake.denied.has(operation)) return answer(400, { __type: 'AccessDeniedException', message: 'no' });
      if (run === undefined) return answer(400, { __type: 'UnknownOperationException', message: operation });
      answer(200, run(JSON.parse(body) as Record<string, unknown>));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(fake, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => {
      server.closeAllConnections();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  });
}
