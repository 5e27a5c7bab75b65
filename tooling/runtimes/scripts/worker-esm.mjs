import * as sdk from '@cross-app/sdk';
import { answer } from './worker.mjs';

export default { fetch: (request) => answer(request, sdk) };
