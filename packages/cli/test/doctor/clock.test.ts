import { openScratch } from '../cross-app.js';
import type { Scratch } from '../cross-app.js';
import { runDoctor } from './run-doctor.js';
import type { Report } from './run-doctor.js';

let scratch: Scratch;
beforeAll(async () => {
  scratch = await openScratch();
});
afterEach(() => {
  jest.restoreAllMocks();
});
afterAll(() => scratch.close());

/** As if the clock of this machine were wrong. */
function doctorWithClock(secondsAhead: number): Promise<Report> {
  const now = Date.now.bind(Date);
  jest.spyOn(Date, 'now').mockImplementation(() => now() + secondsAhead * 1000);
  return runDoctor(scratch.url);
}

it.each([
  [0, 'ok', /^the clock of the database and this machine's agree$/],
  [3, 'ok', /agree/],
  [-3, 'ok', /agree/],
  [30, 'warn', /^the clock of the database is \d+ s behind this machine's$/],
  [-30, 'warn', /^the clock of the database is \d+ s ahead of this machine's$/],
  [600, 'fail', /behind/],
  [-600, 'fail', /ahead of/],
])("with this machine's clock %i s ahead is %s", async (seconds, status, message) => {
  const { find } = await doctorWithClock(seconds);
  expect(find('database-clock')).toMatchObject({ status, message: expect.stringMatching(message) });
});
