import { createVerdicts } from '../../src/guard/verdicts.js';
import { derivedSession } from '../session-app.js';
import { countQuestions } from './watched-sessions.js';

it('keeps no more than 10,000 answers, and does without the oldest', async () => {
  const { unwatched, questions } = countQuestions();
  const verdicts = createVerdicts(unwatched, 3_600_000);
  const many = Array.from({ length: 10_001 }, (_, n) => derivedSession({ tokenHash: `hash ${n}` }));
  for (const derived of many) await verdicts.isRevoked(derived);
  for (const derived of many.slice(1)) await verdicts.isRevoked(derived);
  expect(questions).toHaveLength(10_001);
  await verdicts.isRevoked(many[0] ?? derivedSession());
  expect(questions).toHaveLength(10_002);
});
