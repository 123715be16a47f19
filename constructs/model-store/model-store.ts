import { Annotations, Duration, RemovalPolicy, Token } from 'aws-cdk-lib';
import type * as codebuild from 'aws-cdk-lib/aws-codebuild';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { IModelStore } from './i-model-store';
import { WEIGHTS_PREFIX } from '../../lib/capacity/weights-layout';
import { MirrorProject } from './mirror-project';
import { grantReadPrefix } from './read-prefix';

export interface ModelStoreProps {
  /**
   * A bucket that is there already; nothing of it is changed. It must be in the fleets' account and region, and if it is
   * encrypted with a key of yours, it must be imported with that key: hosts are let use it.
   *
   * @default - a new bucket
   */
  readonly bucket?: s3.IBucket;

  /**
   * Where S3 logs each access to the new bucket, under `access-logs/model-store/`.
   *
   * @default - accesses are not logged
   */
  readonly logBucket?: s3.IBucket;

  /**
   * Whether there is a build that copies models from the hub. Without it, weights come by your own means.
   *
   * @default true
   */
  readonly mirror?: boolean;

  /**
   * The hub, or a mirror of it that speaks the same API.
   *
   * @default 'https://huggingface.co'
   */
  readonly hubUrl?: string;

  /**
   * Secret whose text is a Hugging Face token, for models whose licence one must have accepted.
   *
   * @default - no token: public models only
   */
  readonly huggingFaceToken?: secretsmanager.ISecret;

  /**
   * How long the mirror's logs are kept.
   *
   * @default logs.RetentionDays.ONE_MONTH
   */
  readonly logRetention?: logs.RetentionDays;

  /**
   * What becomes of the bucket and the logs with the stack. A bucket with weights in it cannot be destroyed: empty it first.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
}

/**
 * A bucket of model weights, and the build that fills it from Hugging Face.
 *
 * **Creates** a bucket (encrypted by S3, TLS only, nothing public) and a CodeBuild project with its role and logs. The
 * build runs outside of any VPC, so that GPU hosts need no way to the internet. It resolves the revision to a commit,
 * copies safetensors, tokenizer and configuration and nothing that could hold code, compares every file's checksum with
 * the hub's, goes on where a broken run ended, and writes `manifest.json` last. It starts only when somebody starts it,
 * by `hybrid-llm models add` or:
 *
 * ```sh
 * aws codebuild start-build --project-name NAME \
 *   --environment-variables-override name=MODEL,value=Qwen/Qwen3-8B name=REVISION,value=COMMIT
 * ```
 *
 * **Costs per month** (us-east-1): $0.023 a GB of weights, so $0.37 for an 8B model at 16 bits; a copy less than $0.005 a
 * minute of build, a few cents. Reading through the gateway endpoint is free.
 *
 * **Limitations**
 * - Nothing is deleted: weights of revisions that no fleet uses any more stay until you remove them.
 * - Models that are published as pickles only, or that need Python of their own, are refused.
 * - A branch or tag is resolved once: what is stored under its name stays at the commit that it was then. Newer weights are
 *   another commit. Hence objects have no versions, which would cost as much again.
 *
 * ```ts
 * const store = new ModelStore(this, 'Models', { logBucket });
 * ```
 */
export class ModelStore extends Construct implements IModelStore {
  readonly bucket: s3.IBucket;

  /** The build that copies models; `undefined` with `mirror: false`. */
  readonly mirrorProject?: codebuild.IProject;

  private readonly ownsBucket: boolean;

  constructor(scope: Construct, id: string, props: ModelStoreProps = {}) {
    super(scope, id);
    const removalPolicy = props.removalPolicy ?? RemovalPolicy.RETAIN;
    this.checkHub(props);
    if (props.bucket !== undefined && props.logBucket !== undefined) {
      Annotations.of(this).addWarningV2(
        'cdk-hybrid-llm:ModelStore.logBucketUnused',
        'logBucket is not used: the bucket is yours, and its access logs are set on it; drop logBucket',
      );
    }
    this.ownsBucket = props.bucket === undefined;
    this.bucket = props.bucket ?? this.newBucket(removalPolicy, props.logBucket);
    if (props.mirror ?? true) {
      this.mirrorProject = new MirrorProject(this, 'Mirror', {
        bucket: this.bucket,
        ownsBucket: this.ownsBucket,
        hubUrl: props.hubUrl ?? 'https://huggingface.co',
        ...(props.huggingFaceToken !== undefined && { huggingFaceToken: props.huggingFaceToken }),
        logRetention: props.logRetention ?? logs.RetentionDays.ONE_MONTH,
        removalPolicy,
      }).project;
    }
  }

  grantRead(grantee: iam.IGrantable): iam.Grant {
    return grantReadPrefix(grantee, {
      bucket: this.bucket,
      prefix: WEIGHTS_PREFIX,
      byBucket: this.ownsBucket,
      sid: 'WeightsAreManyFilesUnderOnePrefix',
      reason:
        'Weights are many files whose names only the model knows, below one prefix of one bucket, for reading only.',
    });
  }

  private newBucket(removalPolicy: RemovalPolicy, logBucket: s3.IBucket | undefined): s3.IBucket {
    return new s3.Bucket(this, 'Bucket', {
      encryption: s3.BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      // A broken copy leaves parts behind that cost like weights and show in no list.
      lifecycleRules: [{ abortIncompleteMultipartUploadAfter: Duration.days(7) }],
      ...(logBucket !== undefined && {
        serverAccessLogsBucket: logBucket,
        serverAccessLogsPrefix: 'access-logs/model-store/',
      }),
      removalPolicy,
    });
  }

  private checkHub({ hubUrl }: ModelStoreProps): void {
    if (hubUrl === undefined || Token.isUnresolved(hubUrl) || /^https:\/\/[^/\s]+/.test(hubUrl)) return;
    Annotations.of(this).addError(
      `hubUrl must begin with https://, got ${hubUrl}: weights and token would travel in clear`,
    );
  }
}
