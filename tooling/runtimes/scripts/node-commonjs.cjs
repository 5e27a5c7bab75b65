const sdk = require('@cross-app/sdk');

import('./scenario.mjs')
  .then(({ scenario }) => scenario(sdk, JSON.parse(process.argv[2])))
  .then((outcomes) => console.log(JSON.stringify(outcomes)));
