import sdk from './sdk-commonjs.cjs';
import { answer } from './worker.mjs';

export default { fetch: (request) => answer(request, sdk) };
