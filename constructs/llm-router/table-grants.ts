/** What a lane's function may do with the router's tables, and no more. */
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type * as iam from 'aws-cdk-lib/aws-iam';

export function grantKeyLookup(keysTable: dynamodb.ITable, grantee: iam.IGrantable): void {
  keysTable.grant(grantee, 'dynamodb:GetItem');
  keysTable.encryptionKey?.grant(grantee, 'kms:Decrypt');
}

export function grantBooking(ledger: dynamodb.ITable, grantee: iam.IGrantable): void {
  ledger.grant(grantee, 'dynamodb:GetItem', 'dynamodb:UpdateItem');
  ledger.encryptionKey?.grant(grantee, 'kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey');
}
