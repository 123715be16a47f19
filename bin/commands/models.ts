/** `models`: copies weights into the deployment's bucket, says which are there, and takes them away. */
import { addWeights } from '../models/add';
import { listWeights } from '../models/list';
import { removeWeights } from '../models/remove';
import { type Command, UsageError } from './command';
import { DEPLOYMENT_OPTIONS, DEPLOYMENT_USAGE } from './deployment';
import { CONFIG_OPTION } from './load-config';

export const models: Command = {
  name: 'models',
  positionals: 2,
  summary: "copies models' weights into the deployment's bucket, lists and removes them",
  usage: `hybrid-llm models add [FLEET | MODEL[@REVISION]]  copy from the hub what the fleets load, or one of it
hybrid-llm models list                            which weights are there, and which fleets load them
hybrid-llm models remove MODEL@REVISION           delete them
  --yes           do not ask (add, remove)
  --force         remove what a fleet loads, too
  --json          the result as JSON
  --config FILE   whose deployment, fleets and accepted licences they are
${DEPLOYMENT_USAGE}
  --bucket NAME   its bucket of weights, without asking CloudFormation (list, remove)

MODEL without a revision is what the fleets load of it; with one it is that very repository of the hub.
Needs codebuild:ListBuildsForProject, BatchGetBuilds and StartBuild and logs:GetLogEvents to add, s3:ListBucket and s3:GetObject on the bucket always, s3:DeleteObject to remove. Exit code 3: weights are damaged, or fleets lack some (list).`,
  options: {
    ...CONFIG_OPTION,
    ...DEPLOYMENT_OPTIONS,
    bucket: { type: 'string' },
    yes: { type: 'boolean', short: 'y' },
    force: { type: 'boolean' },
    json: { type: 'boolean' },
  },
  run(args) {
    const [action, name] = args.positionals;
    switch (action) {
      case 'add':
        return addWeights(args, name);
      case 'list':
        if (name !== undefined) throw new UsageError(`\`${name}\` is one word too many`);
        return listWeights(args);
      case 'remove':
        return removeWeights(args, name);
      default:
        throw new UsageError(`\`models ${action ?? ''}\` is not known; allowed: add, list, remove`);
    }
  },
};
