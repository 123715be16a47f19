/** Builds what is shipped. */
import { buildAll } from './bundle';

void buildAll();
