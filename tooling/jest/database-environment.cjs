const path = require('node:path');
const { closeTestFile, openTestFile } = require('@cross-app/test-database/test-file');
const { TestEnvironment } = require('jest-environment-node');

/** Jest's node environment that also knows whether the test file has failed, and then keeps its databases. */
module.exports = class DatabaseEnvironment extends TestEnvironment {
  #file;
  #failedTests = new Set();
  #failedHook = false;

  constructor(config, context) {
    super(config, context);
    this.#file = openTestFile(this.global, path.relative(config.projectConfig.rootDir, context.testPath));
  }

  handleTestEvent({ name, test }) {
    if (name === 'test_done') this.#testDone(test);
    // A beforeEach or afterEach that failed is in its test's errors; beforeAll and afterAll have no test.
    if (name === 'hook_failure' && test === undefined) this.#failedHook = true;
    this.#file.failed = this.#failedHook || this.#failedTests.size > 0;
  }

  async teardown() {
    await closeTestFile(this.#file);
    await super.teardown();
  }

  // With jest.retryTimes a test may fail first and pass later.
  #testDone(test) {
    if (test.errors.length > 0) this.#failedTests.add(test);
    else this.#failedTests.delete(test);
  }
};
