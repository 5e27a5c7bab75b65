import type { AttackReport } from '../handoff/report.js';
import type { HandoffSetup } from '../handoff/setup.js';
import { back } from '../visitors/back.js';
import { doubleClick } from '../visitors/double-click.js';
import { eavesdropper } from '../visitors/eavesdropper.js';
import { fixation } from '../visitors/fixation.js';
import { framer } from '../visitors/framer.js';
import { loginCsrf } from '../visitors/login-csrf.js';
import { mixUp } from '../visitors/mix-up.js';
import { openRedirect } from '../visitors/open-redirect.js';
import { prefetcher } from '../visitors/prefetcher.js';
import { previewer } from '../visitors/previewer.js';
import { refusal } from '../visitors/refusal.js';
import { reload } from '../visitors/reload.js';
import { replayer } from '../visitors/replayer.js';
import { scanner } from '../visitors/scanner.js';
import { thief } from '../visitors/thief.js';
import { twoTabs } from '../visitors/two-tabs.js';

/** First whether it works at all, then everybody else. */
export const VISITORS: readonly ((setup: HandoffSetup) => Promise<AttackReport>)[] = [
  eavesdropper,
  scanner,
  prefetcher,
  previewer,
  thief,
  replayer,
  loginCsrf,
  doubleClick,
  reload,
  back,
  twoTabs,
  mixUp,
  refusal,
  openRedirect,
  framer,
  fixation,
];
