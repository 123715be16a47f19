/** Before all tests: the bundles that constructs deploy are those of the sources at hand. */
import { buildAssets } from '../../bin/dev/bundle';

export default buildAssets;
