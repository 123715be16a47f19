/** The stores in tables, against the fake. */
import { describeStores } from '../support/describe-stores';
import { startFakeDynamo } from '../support/fake-dynamo';

describeStores('the fake', () => startFakeDynamo({ pageItems: 2 }), { runs: 60 });
