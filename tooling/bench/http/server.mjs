// The rivals in one process, on one core: its arguments are `databaseUrl, secret`.
import express from 'express';
import { serve } from '../common/serve.mjs';
import { RIVALS } from './rivals/all.mjs';

const [databaseUrl, secret] = process.argv.slice(2);
const app = express();
app.disable('x-powered-by');
app.disable('etag'); // nobody asks for it in the reply to a POST, and the bare handler is faster without
for (const { name, createHandlers } of RIVALS) app.use(`/${name}`, createHandlers({ databaseUrl, secret }));
serve(app);
