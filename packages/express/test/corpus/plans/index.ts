import { planIp, planUserAgent } from './caller.js';
import { planConfig } from './config.js';
import { planCookie } from './cookie.js';
import { planHeader } from './header.js';
import { planJson } from './json.js';
import { planMethod } from './method.js';
import { planPkce } from './pkce.js';
import type { Plan, Planner } from './plan.js';
import { planReturnTo } from './return-to.js';
import { planToken } from './token.js';
import { CORPUS } from '../read-corpus.js';
import type { CorpusCase } from '../read-corpus.js';

const PLANNERS: Readonly<Record<string, Planner>> = {
  returnTo: planReturnTo,
  token: planToken,
  method_prefetch: planMethod,
  header: planHeader,
  cookie: planCookie,
  pkce: planPkce,
  json: planJson,
  ip: planIp,
  user_agent: planUserAgent,
  config: planConfig,
};

/** A case of the corpus, and what becomes of it here. */
export interface PlannedCase {
  readonly kase: CorpusCase;
  readonly plan: Plan | undefined;
}

/** All cases of the corpus, in its order. */
export const PLANNED: readonly PlannedCase[] = CORPUS.cases.map((kase) => ({
  kase,
  plan: PLANNERS[kase.group]?.(kase),
}));
