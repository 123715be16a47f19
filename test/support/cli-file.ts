import * as path from 'node:path';

/** The command line that tests run. In a folder of `dist` as the shipped one is, so that it finds the assets. */
export const CLI = path.resolve(__dirname, '../../dist/test/hybrid-llm.js');
