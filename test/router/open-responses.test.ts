/** The compliance cases of OpenResponses against a fleet behind the hub. */
import { type FakeVllm, startFakeVllm } from '../support/fake-vllm';
import { checkOpenResponsesCase, openResponsesCases, openResponsesScript } from '../support/open-responses';
import { configOf } from '../support/plans';
import { KEY, type TestRouter, startRouter } from '../support/router';

let fleet: FakeVllm;
let router: TestRouter;

beforeAll(async () => {
  fleet = await startFakeVllm({ script: openResponsesScript });
  const config = configOf({
    fleets: { eyes: { model: 'Qwen/Qwen3-VL-8B-Instruct', endpoints: [fleet.url] } },
    providers: {},
    models: { eyes: { fleet: 'eyes' } },
    routes: [{ name: 'default', to: ['eyes'] }],
  });
  router = await startRouter(config);
});

afterAll(async () => {
  await router.close();
  await fleet.stop();
});

test.each(Object.entries(openResponsesCases))('%s', async (_id, asked) => {
  await checkOpenResponsesCase(asked, { url: router.url, key: KEY, model: 'eyes' });
});
