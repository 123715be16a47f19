/** A detector of the config's own has something to look for, and a name of its own. */
import type { Config } from '../../../config/schema';
import { DETECTORS } from '../../../config/vocabulary';
import { PatternError, parsePattern } from '../../policy/detectors/pattern';
import { type Check, type CheckFinding, error } from '../check';

export const customDetectors: Check = (config) =>
  config.sensitivity.detect.custom.flatMap((detector, index) => {
    const at = ['sensitivity', 'detect', 'custom', index];
    const findings: CheckFinding[] = [];
    if (DETECTORS.some((name) => name === detector.name)) {
      findings.push(
        error({
          code,
          path: [...at, 'name'],
          found: `${detector.name}, a built-in detector`,
          allowed: `any name but ${DETECTORS.join(', ')}`,
          fix: `rename it, or set the built-in one: \`detect.${detector.name}: ${detector.class}\``,
        }),
      );
    }
    if (detector.words === undefined && detector.pattern === undefined) {
      findings.push(
        error({
          code,
          path: at,
          found: 'neither `words` nor `pattern`',
          allowed: '`words`, `pattern`, or both',
          fix: 'add `words: […]` or `pattern: …`',
        }),
      );
    }
    const wrong = patternError(detector);
    if (wrong !== null) {
      findings.push(
        error({
          code,
          path: [...at, 'pattern'],
          found: wrong.message,
          allowed: 'a small regular expression without look-around and back references',
          fix: 'write it simpler, or list the `words`',
        }),
      );
    }
    return findings;
  });

const code = 'custom-detectors';

function patternError({ pattern }: Config['sensitivity']['detect']['custom'][number]): PatternError | null {
  if (pattern === undefined) return null;
  try {
    parsePattern(pattern);
    return null;
  } catch (thrown) {
    if (thrown instanceof PatternError) return thrown;
    throw thrown;
  }
}
