// Everything works without a pointer.

const {rows} = report.data;
const help = document.getElementById("help");

// The same task, one step away: its best rollout of that step, in the same run.
const moveStep = (by) => {
  if (report.selected < 0) return report.moveBy(0);
  const [run, task, step] = [rows.run[report.selected], rows.task[report.selected], rows.step[report.selected] + by];
  let found = -1;
  for (let row = 0; row < report.count; ++row) {
    if (rows.run[row] !== run || rows.task[row] !== task || rows.step[row] !== step) continue;
    if (found < 0 || rows.n[row] === rows.n[report.selected]) found = row;
  }
  if (found < 0) return report.say(`There is no step ${step} of this task`);
  if (report.filter.step) report.setFilter({step: String(step)});
  report.select(found);
};

const actions = {
  j: () => report.moveBy(1),
  k: () => report.moveBy(-1),
  "[": () => moveStep(-1),
  "]": () => moveStep(1),
  "/": () => report.search(),
  c: () => report.copyCode(),
  x: () => report.clearFilter(),
  t: () => report.nextTheme(),
  "?": () => help.showModal(),
};
report.tabs.forEach(([id], i) => { actions[String(i + 1)] = () => report.showTab(id); });

const isTyping = (target) => ["INPUT", "SELECT", "TEXTAREA"].includes(target.tagName);

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
  if (isTyping(event.target)) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const action = actions[event.key];
  if (!action) return;
  event.preventDefault();
  action();
  if ("jk[]".includes(event.key)) document.getElementById("rollouts").scrollIntoView({block: "nearest"});
});

document.getElementById("help-button").addEventListener("click", () => help.showModal());
