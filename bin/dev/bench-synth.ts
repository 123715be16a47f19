/**
 * `npm run bench:synth`: how long `cdk synth` of the example takes, as a multiple of an app with an empty stack, both by the
 * CDK's command line, interleaved in one run. Exits 3 above the limit.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';

const ROOT = path.resolve(__dirname, '../..');
const CDK = path.join(ROOT, 'node_modules/aws-cdk/bin/cdk');
const ROUNDS = 5;
const LIMIT = 2;

function synthMs(app: string, folder: string): number {
  const startedMs = performance.now();
  const args = ['synth', '--quiet', '--app', app, '--output', path.join(folder, 'cdk.out')];
  execFileSync(process.execPath, [CDK, ...args], { cwd: ROOT, stdio: 'ignore' });
  return performance.now() - startedMs;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

function main(): void {
  const folder = mkdtempSync(path.join(tmpdir(), 'hybrid-llm-synth-'));
  try {
    const empty = path.join(folder, 'empty.js');
    const lib = JSON.stringify(require.resolve('aws-cdk-lib'));
    writeFileSync(
      empty,
      `const { App, CfnResource, Stack } = require(${lib});
const stack = new Stack(new App(), 'Empty');
// A template must have a resource: this one stands for nothing.
new CfnResource(stack, 'Nothing', { type: 'AWS::CloudFormation::WaitConditionHandle' });
`,
    );
    const rounds = Array.from({ length: ROUNDS }, () => ({
      empty: synthMs(`${process.execPath} ${empty}`, folder),
      example: synthMs(`${process.execPath} dist/bin/app.js`, folder),
    }));
    const ratio = median(rounds.map((round) => round.example / round.empty));
    for (const round of rounds)
      console.log(`empty ${round.empty.toFixed(0)} ms, example ${round.example.toFixed(0)} ms`);
    console.log(`median ratio ${ratio.toFixed(2)}, limit ${LIMIT}`);
    process.exitCode = ratio <= LIMIT ? 0 : 3;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

main();
