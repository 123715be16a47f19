/** Builds what is shipped: the command line, as one file. */
import { buildCommandLine } from './bundle';

void buildCommandLine('dist/bin/hybrid-llm.js');
