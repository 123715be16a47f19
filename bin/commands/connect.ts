/** `connect`: the deployed router on localhost. Each request goes by Lambda's own API, with the caller's AWS login: no VPN. */
import type { Lane } from '../../lib/plan/types';
import { compile } from '../../lib/plan/compile';
import type { RouterError } from '../../lib/policy/errors';
import { nodeHttpServer } from '../../lambda/router/fronts/node-http';
import { type Command, ExitCode, UsageError, text } from './command';
import { DEPLOYMENT_OPTIONS, DEPLOYMENT_USAGE, deploymentOf } from './deployment';
import { CONFIG_OPTION, configOrFindings } from './load-config';
import { listenOnLoopback, portOf, stopSignal } from './local-server';
import { type Invoke, InvokeFailure, TOO_LARGE, throughLambda } from './through-lambda';

export const connect: Command = {
  name: 'connect',
  summary: 'puts the deployed router on localhost, carried by your AWS login',
  usage: `hybrid-llm connect [--config FILE] [--stack NAME] [--region NAME] [--port N]
${DEPLOYMENT_USAGE}
  --port N        0 picks a free one (8787)

Prints one JSON line {"url","sealedUrl"} on standard output when it listens. Needs lambda:InvokeFunction on the lanes' functions.`,
  options: {
    ...CONFIG_OPTION,
    ...DEPLOYMENT_OPTIONS,
    port: { type: 'string', default: '8787' },
  },
  async run(args) {
    const config = configOrFindings(args);
    if (config === null) return ExitCode.badInput;
    const { stackName, region, outputs } = await deploymentOf(args, config);
    const functions: Partial<Record<Lane, string>> = {
      ...(outputs['OpenFunctionName'] !== undefined && { open: outputs['OpenFunctionName'] }),
      ...(outputs['SealedFunctionName'] !== undefined && { sealed: outputs['SealedFunctionName'] }),
    };
    if (Object.keys(functions).length === 0) {
      throw new UsageError(`stack ${stackName} in ${region} names no router function; is it a stack of this product?`);
    }
    const { limits } = compile(config, 'open');
    const server = nodeHttpServer(throughLambda(await lambdaInvoke(region, functions)), limits);
    const origin = `http://127.0.0.1:${await listenOnLoopback(server, portOf(text(args, 'port')))}`;
    process.stdout.write(
      `${JSON.stringify({
        url: functions.open === undefined ? null : `${origin}/v1`,
        sealedUrl: functions.sealed === undefined ? null : `${origin}/sealed/v1`,
      })}\n`,
    );
    const signal = await stopSignal();
    server.close();
    server.closeAllConnections();
    return signal === 'SIGINT' ? ExitCode.interrupted : ExitCode.done;
  },
};

/** The SDK is loaded only here: no other command waits for it. */
async function lambdaInvoke(region: string, functions: Partial<Record<Lane, string>>): Promise<Invoke> {
  const { LambdaClient, InvokeWithResponseStreamCommand } = await import('@aws-sdk/client-lambda');
  const client = new LambdaClient({ region });
  return async function* invoke(lane, payload, signal) {
    const name = functions[lane];
    if (name === undefined) throw new InvokeFailure(noLane(lane));
    const call = new InvokeWithResponseStreamCommand({ FunctionName: name, Payload: Buffer.from(payload) });
    const answer = await client.send(call, { abortSignal: signal }).catch((error: unknown) => {
      throw new InvokeFailure(refused(error, name));
    });
    for await (const event of answer.EventStream ?? []) {
      if (event.PayloadChunk?.Payload !== undefined) yield event.PayloadChunk.Payload;
      const failed = event.InvokeComplete?.ErrorCode;
      if (failed !== undefined) throw new InvokeFailure(functionFailed(failed));
    }
  };
}

const noLane = (lane: Lane): RouterError => ({
  code: 'unknown_path',
  message: `this deployment has no ${lane} lane`,
  param: null,
});

const functionFailed = (kind: string): RouterError => ({
  code: 'upstream_interrupted',
  message: `the router's function ended in ${kind}`,
  param: null,
});

/** Names of errors are of AWS; their messages may hold account numbers and are left out. */
function refused(error: unknown, name: string): RouterError {
  const kind = error instanceof Error ? error.name : typeof error;
  if (kind === 'TooManyRequestsException') {
    return {
      code: 'rate_limit_exceeded',
      message: `Lambda runs as many of ${name} as it may`,
      param: null,
      retryAfterSeconds: 1,
    };
  }
  if (kind === 'AccessDeniedException') {
    return {
      code: 'boundary_forbidden',
      message: `your AWS login may not call ${name} (lambda:InvokeFunction)`,
      param: null,
    };
  }
  if (kind === 'RequestTooLargeException' || kind === 'RequestEntityTooLargeException') return TOO_LARGE;
  return { code: 'no_target_available', message: `${name} could not be called (${kind})`, param: null };
}
