// Loaded into an app's process before anything else: what it takes for the time is wrong by CROSS_APP_CLOCK_MS.
const wrongBy = Number(process.env.CROSS_APP_CLOCK_MS);
const RightDate = Date;

if (wrongBy !== 0) {
  globalThis.Date = class Date extends RightDate {
    constructor(...values) {
      if (values.length > 0) super(...values);
      else super(RightDate.now() + wrongBy);
    }

    static now() {
      return RightDate.now() + wrongBy;
    }
  };
}
