import * as sdk from '@cross-app/sdk';
import { scenario } from './scenario.mjs';

console.log(JSON.stringify(await scenario(sdk, JSON.parse(process.argv[2]))));
