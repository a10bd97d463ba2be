// One filter, one selected rollout, and the address that names both. Whoever shows something of them subscribes.
//
// #s=42&step=2&task=5&n=17 cites a kernel (with run=NAME where a page has several runs of a seed). Without n the same
// keys filter; what else is filtered stands behind it: reached=4&status=fast&q=simd.

const {runs, tasks} = report.data;
const keys = ["run", "series", "s", "step", "task", "status", "reached", "flag", "q", "sort"];

report.filter = Object.fromEntries(keys.map((key) => [key, ""]));
report.selected = -1;  // a row's number

const watchers = [];
report.watch = (watcher) => watchers.push(watcher);
const tell = (what) => watchers.forEach((watcher) => watcher(what));

// "5" means "L1/5" where there is no task of that name.
const taskId = (text) => (tasks.includes(text) ? text : tasks.find((id) => id.endsWith("/" + text)) ?? text);
const shortTask = (id) => (id.startsWith("L1/") ? id.slice(3) : id);

const sharedSeed = runs.length > new Set(runs.map((run) => run.seed)).size;

report.cite = (row) => {
  const rows = report.data.rows, run = runs[rows.run[row]];
  const parts = [["s", run.seed], ["step", rows.step[row]], ["task", shortTask(tasks[rows.task[row]])], ["n", rows.n[row]]];
  if (sharedSeed) parts.push(["run", run.name]);
  return parts;
};

const written = () => {
  const address = new URLSearchParams();
  if (report.selected >= 0) for (const [key, value] of report.cite(report.selected)) address.set(key, value);
  const prefix = report.selected >= 0 ? "in." : "";
  for (const key of keys) {
    if (!report.filter[key]) continue;
    const own = ["run", "s", "step", "task"].includes(key);
    address.set(own ? prefix + key : key, key === "task" ? shortTask(report.filter[key]) : report.filter[key]);
  }
  return address.toString().replaceAll("%2F", "/");
};

let mine = "";
const remember = () => {
  mine = written();
  if (location.hash.slice(1) !== mine)
    history.replaceState(null, "", mine ? "#" + mine : location.pathname + location.search);
};

const rowOf = (address) => {
  const rows = report.data.rows, task = taskId(address.get("task") ?? "");
  for (let i = 0; i < rows.n.length; ++i) {
    const run = runs[rows.run[i]];
    if (rows.n[i] === Number(address.get("n")) && rows.step[i] === Number(address.get("step")) &&
        tasks[rows.task[i]] === task && String(run.seed) === (address.get("s") ?? String(run.seed)) &&
        (address.get("run") ?? run.name) === run.name)
      return i;
  }
  return -1;
};

// What an address says; false when it is the name of a section.
report.follow = () => {
  const text = location.hash.slice(1);
  if (text === mine) return true;
  if (text && !text.includes("=")) return false;
  const address = new URLSearchParams(text);
  const cites = address.has("n");
  for (const key of keys) {
    const value = address.get("in." + key) ?? (cites && ["run", "s", "step", "task"].includes(key) ? null : address.get(key));
    report.filter[key] = (key === "task" && value ? taskId(value) : value) ?? "";
  }
  report.selected = cites ? rowOf(address) : -1;
  if (cites && report.selected < 0) report.say("No rollout of this page has the address " + text);
  mine = text;
  tell("filter");
  tell("selected");
  return true;
};

report.setFilter = (changes) => {
  Object.assign(report.filter, changes);
  tell("filter");
  remember();
};

report.clearFilter = () => report.setFilter(Object.fromEntries(keys.filter((key) => key !== "sort").map((key) => [key, ""])));

report.select = (row) => {
  report.selected = row;
  tell("selected");
  remember();
};
