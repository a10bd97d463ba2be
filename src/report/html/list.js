// The list of rollouts. Only the lines in sight exist, so that hundreds of thousands cost no more than fifty.

const {rows, runs, tasks} = report.data;
const box = document.getElementById("list"), space = document.getElementById("list-space");
const lineHeight = 30;

let lines = [];  // {row} or {head: "L1/5, step 2", ...}
let order = [];  // the rows alone

const sameGroup = (a, b) => rows.task[a] === rows.task[b] && rows.step[a] === rows.step[b] && rows.run[a] === rows.run[b];

const headText = (list, from) => {
  let to = from, correct = 0, fast = 0;
  while (to < list.length && sameGroup(list[from], list[to])) {
    correct += rows.reached[list[to]] >= 4;
    fast += rows.reached[list[to]] === 5;
    ++to;
  }
  const where = `${tasks[rows.task[list[from]]]} \u00b7 step ${rows.step[list[from]]}`;
  const run = runs.length > 1 ? " \u00b7 " + runs[rows.run[list[from]]].label : "";
  const correctText = correct === 0 ? `none of ${to - from} correct` : `${correct} of ${to - from} correct, ${fast} fast`;
  return `${where} \u00b7 ${correctText}${run}`;
};

const withHeads = (list) => {
  const out = [];
  list.forEach((row, i) => {
    if (i === 0 || !sameGroup(row, list[i - 1])) out.push({head: headText(list, i)});
    out.push({row});
  });
  return out;
};

const lineOf = (entry, at) => {
  const {row, head} = entry;
  const node = head !== undefined
    ? report.element("div", {class: "line head", role: "presentation", title: head}, head)
    : report.element("div", {class: "line", role: "option", id: "row-" + row, "data-row": row, "aria-selected": String(row === report.selected)},
      report.element("span", {class: "n"}, "#" + rows.n[row]),
      report.status(report.rowStatus(row)),
      report.element("span", {class: "where"}, report.order().grouped ? "" : `${tasks[rows.task[row]]} \u00b7 ${rows.step[row]}`),
      report.element("span", {class: "speed"}, rows.speedup[row] === null ? "" : report.times(rows.speedup[row])),
      report.element("span", {class: "tokens"}, rows.tokens[row] + " tok"),
      report.element("span", {class: "in", title: rows.kernel[row] < 0 ? "its text is not in this page" : ""}, rows.kernel[row] < 0 ? "\u2026" : ""));
  node.style.top = at * lineHeight + "px";
  return node;
};

const draw = () => {
  const first = Math.max(0, Math.floor(box.scrollTop / lineHeight) - 8);
  const end = Math.min(lines.length, Math.ceil((box.scrollTop + box.clientHeight) / lineHeight) + 8);
  const nodes = [];
  for (let i = first; i < end; ++i) nodes.push(lineOf(lines[i], i));
  space.replaceChildren(...nodes);
  if (report.selected >= 0) box.setAttribute("aria-activedescendant", "row-" + report.selected);
};

const explain = () => {
  if (report.count === 0) return "No rollout has been judged yet.";
  if (order.length === 0) return "No rollout passes the filter. Press x to clear it.";
  const reached = order.filter((row) => rows.reached[row] >= 4).length;
  const text = `${order.length} of ${report.count} rollouts`;
  return reached === 0 ? text + ": none correct, so nothing here was rewarded for speed" : `${text}, ${reached} correct`;
};

const refill = () => {
  order = report.visibleRows();
  lines = report.order().grouped ? withHeads(order) : order.map((row) => ({row}));
  space.style.height = lines.length * lineHeight + "px";
  document.getElementById("count").textContent = explain();
  box.scrollTop = 0;
  draw();
};

const showSelected = () => {
  const at = lines.findIndex((line) => line.row === report.selected);
  if (at >= 0) {
    const top = at * lineHeight;
    if (top < box.scrollTop + lineHeight) box.scrollTop = Math.max(0, top - 2 * lineHeight);
    else if (top > box.scrollTop + box.clientHeight - 2 * lineHeight) box.scrollTop = top - box.clientHeight + 3 * lineHeight;
  }
  draw();
};

// The next (1) or previous (-1) row of the list; its first where none is selected.
report.moveBy = (by) => {
  if (order.length === 0) return;
  const at = order.indexOf(report.selected);
  report.select(order[at < 0 ? 0 : Math.min(order.length - 1, Math.max(0, at + by))]);
};

let waiting = false;
box.addEventListener("scroll", () => {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => { waiting = false; draw(); });
}, {passive: true});
box.addEventListener("click", (event) => {
  const line = event.target.closest("[data-row]");
  if (line) report.select(Number(line.dataset.row));
});
box.addEventListener("keydown", (event) => {
  const by = {ArrowDown: 1, ArrowUp: -1, PageDown: 12, PageUp: -12}[event.key];
  if (!by) return;
  event.preventDefault();
  report.moveBy(by);
});
report.watch((what) => (what === "filter" ? refill() : showSelected()));
