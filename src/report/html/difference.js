// Lines that two kernels share and lines that they do not: the longest common subsequence.

const {rows, tasks} = report.data;
const most = 1500;  // lines: the table has their product of entries

const common = (a, b) => {
  const width = b.length + 1, length = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; --i)
    for (let j = b.length - 1; j >= 0; --j)
      length[i * width + j] = a[i] === b[j] ? length[(i + 1) * width + j + 1] + 1
        : Math.max(length[(i + 1) * width + j], length[i * width + j + 1]);
  return (i, j) => length[i * width + j];
};

// [" ", line], ["-", line only in a], ["+", line only in b]
const changes = (a, b) => {
  const length = common(a, b), out = [];
  let i = 0, j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) out.push([" ", a[i]]), ++i, ++j;
    else if (j >= b.length || (i < a.length && length(i + 1, j) >= length(i, j + 1))) out.push(["-", a[i++]]);
    else out.push(["+", b[j++]]);
  }
  return out;
};
report.changes = changes;

const linesOf = (row) => report.visible(report.codeOf(report.kernels().kernels[rows.kernel[row]])).replace(/\n$/, "").split("\n").slice(0, most);

const compared = (title, other, row) => {
  const head = report.element("h4", {}, title);
  if (other < 0) return [head, report.element("p", {class: "empty"}, "No rollout of that group is correct.")];
  if (other === row) return [head, report.element("p", {class: "empty"}, "This is it.")];
  if (rows.kernel[other] < 0) return [head, report.element("p", {class: "empty"}, report.nameOf(other) + " is not inside of this page.")];
  const list = changes(linesOf(other), linesOf(row));
  const same = list.every(([sign]) => sign === " ");
  const nodes = list.map(([sign, line]) =>
    report.element("span", {class: "code-line " + {" ": "kept", "-": "gone", "+": "new"}[sign]},
      report.element("span", {class: "number", "aria-hidden": "true"}, sign), report.element("span", {class: "words"}, line + "\n")));
  const link = report.element("button", {type: "button", class: "line-link", onclick: () => report.select(other)},
    `${report.nameOf(other)}, ${report.times(rows.speedup[other])}`);
  return [head, report.element("p", {class: "note"}, "\u2212 only in ", link, ", + only in this one", same ? ": no difference." : "."),
    report.element("pre", {class: "code difference", tabindex: "0"}, ...nodes)];
};

report.differencePanel = (kernel, row) => {
  if (!report.codeOf(kernel)) return report.element("p", {class: "empty"}, "The completion holds no code.");
  const [run, task, step] = [rows.run[row], rows.task[row], rows.step[row]];
  const parts = compared(`to the best of ${tasks[task]} at step ${step}`, report.bestOf(run, task, step), row);
  if (step > 0) parts.push(...compared(`to the best at step ${step - 1}`, report.bestOf(run, task, step - 1), row));
  return report.element("div", {}, ...parts);
};
