/**
 * What arrives: `call` makes the nth call, and of so many calls that begin with the first one so many are `redeems`; the
 * others issue.
 */
export const WORKLOADS = [
  {
    name: 'redeem',
    redeems: (calls) => calls,
    call: ({ redeem }, tokens, n) => redeem(tokens[n]),
  },
  {
    name: 'redeem and issue in turn',
    redeems: (calls) => Math.ceil(calls / 2),
    call: ({ issue, redeem }, tokens, n) => (n % 2 === 0 ? redeem(tokens[n / 2]) : issue(n)),
  },
];
