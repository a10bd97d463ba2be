// Which rows the filter lets through, and in which order.

const {rows, runs, tasks, statuses, flags, hashes} = report.data;
report.count = rows.n.length;

report.rowStatus = (row) => statuses[rows.status[row]];

// Best first: further, then faster.
const value = (row) => (rows.speedup[row] === null ? 0 : rows.speedup[row]);
const better = (a, b) => rows.reached[b] - rows.reached[a] || value(b) - value(a) || rows.n[a] - rows.n[b];
const group = (a, b) => rows.task[a] - rows.task[b] || rows.step[a] - rows.step[b] || rows.run[a] - rows.run[b];
const last = -Infinity;

report.orders = {
  "": {name: "by task and step, best first", grouped: true, before: (a, b) => group(a, b) || better(a, b)},
  step: {name: "by step and task, best first", grouped: true,
    before: (a, b) => rows.step[a] - rows.step[b] || group(a, b) || better(a, b)},
  speedup: {name: "fastest first", before: (a, b) => (rows.speedup[b] ?? last) - (rows.speedup[a] ?? last)},
  reward: {name: "largest reward first", before: (a, b) => (rows.reward[b] ?? last) - (rows.reward[a] ?? last)},
  likely: {name: "likeliest first", before: (a, b) => (rows.logprob[b] ?? last) - (rows.logprob[a] ?? last)},
  long: {name: "longest first", before: (a, b) => rows.tokens[b] - rows.tokens[a]},
};

// Text is looked for in what is inside of the page; the others are found by hash, task and flags.
const textMatches = (row, words) => {
  const near = `${hashes[rows.hash[row]]} ${tasks[rows.task[row]]} ${flags[rows.flags[row]]} ${report.rowStatus(row)}`;
  if (near.toLowerCase().includes(words)) return true;
  if (rows.kernel[row] < 0) return false;
  const {kernels, texts} = report.kernels();
  const kernel = kernels[rows.kernel[row]];
  return texts[kernel.completion].toLowerCase().includes(words) ||
    (kernel.evaluation.log ?? "").toLowerCase().includes(words) ||
    (kernel.evaluation.message ?? "").toLowerCase().includes(words);
};

const wanted = () => {
  const f = report.filter, words = f.q.trim().toLowerCase(), tests = [];
  if (f.run) tests.push((row) => runs[rows.run[row]].name === f.run);
  if (f.series) tests.push((row) => runs[rows.run[row]].series === f.series);
  if (f.s) tests.push((row) => String(runs[rows.run[row]].seed) === f.s);
  if (f.step) tests.push((row) => rows.step[row] === Number(f.step));
  if (f.task) tests.push((row) => tasks[rows.task[row]] === f.task);
  if (f.status) tests.push((row) => report.rowStatus(row) === f.status);
  if (f.reached) tests.push((row) => rows.reached[row] >= Number(f.reached));
  if (f.flag) tests.push((row) => flags[rows.flags[row]].split(" ").includes(f.flag));
  if (words) tests.push((row) => textMatches(row, words));
  return (row) => tests.every((test) => test(row));
};

report.order = () => report.orders[report.filter.sort] ?? report.orders[""];

// Row numbers in order.
report.visibleRows = () => {
  const passes = wanted(), list = [];
  for (let row = 0; row < report.count; ++row) if (passes(row)) list.push(row);
  return list.sort(report.order().before);
};

// The fastest correct rollout of a task's rollouts of one step of one run; -1 when none is correct.
report.bestOf = (run, task, step) => {
  let best = -1;
  for (let row = 0; row < report.count; ++row) {
    if (rows.run[row] !== run || rows.task[row] !== task || rows.step[row] !== step || rows.reached[row] < 4) continue;
    if (best < 0 || better(row, best) < 0) best = row;
  }
  return best;
};

// "L1/5, step 2, rollout 17"
report.nameOf = (row) => `${tasks[rows.task[row]]}, step ${rows.step[row]}, rollout ${rows.n[row]}`;
