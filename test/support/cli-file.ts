import * as path from 'node:path';

// In a folder of `dist` as the shipped one is, so that they find the assets.
const FOLDER = path.resolve(__dirname, '../../dist/test');

/** The command line that tests run. */
export const CLI = path.join(FOLDER, 'hybrid-llm.js');

/** The same as a process that runs one command after the other. */
export const WARM_CLI = path.join(FOLDER, 'warm-cli.js');
