// Drives the very script of the compare page, as it runs in a worker, without a browser. Reads what
// is asked for as JSON, a line each, and answers with a line each:
//   {"script": path, "rules": {…}}   the script, and what comes with the page
//   {"version": JSON}                a version; called by its place among them from then on
//   {"pair": [i, j]}                 → {"operations", "html", "ms"}
// An operation: [old clause, new clause, number of its move, cells]; a clause: [its place, whether
// this is what remains of it behind a cut], or null.
const fs = require("fs");
const vm = require("vm");
const readline = require("readline");

const context = vm.createContext({});
const run = (source) => vm.runInContext(source, context);
const versions = [];

function placed(text) {
  let cut = 0;
  return new Map(text.clauses.map((clause, n) => [clause, [n - (clause.goesOn ? ++cut : cut), Boolean(clause.goesOn)]]));
}

const act = {
  script: ({ script, rules }) => {
    run(fs.readFileSync(script, "utf8"));
    run("(given) => { rules = given; }")(rules);
  },
  version: ({ version }) => {
    versions.push(version);
  },
  pair: ({ pair }) => {
    const texts = () => pair.map((n) => run("read")(JSON.parse(versions[n])));
    const [old, now] = texts();
    const found = run("operations")(old, now);
    const [olds, nows] = [placed(old), placed(now)];
    const operations = found.map((op) => [olds.get(op.old) ?? null, nows.get(op.now) ?? null, op.pair?.move ?? 0, op.cells]);
    const start = process.cpuUsage();
    const html = run("compared")(...texts());
    const { user, system } = process.cpuUsage(start);
    return { operations, html, ms: (user + system) / 1000 };
  },
};

readline.createInterface({ input: process.stdin }).on("line", (text) => {
  const line = JSON.parse(text);
  const answer = act[Object.keys(act).find((name) => name in line)](line);
  process.stdout.write(`${JSON.stringify(answer ?? {})}\n`);
});
