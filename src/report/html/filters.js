// The bar of filters above the list.

const {runs, series, tasks, statuses, stages, flags, rows} = report.data;
const form = document.getElementById("filters");
const controls = {};

const distinct = (list) => [...new Set(list)];

const choice = (key, label, entries) => {
  const select = report.element("select", {name: key, onchange: () => report.setFilter({[key]: select.value})},
    ...entries.map(([value, text]) => report.element("option", {value}, text)));
  controls[key] = select;
  return report.element("label", {}, report.element("span", {}, label), select);
};

const named = (all, values) => [["", all], ...values.map((value) => [String(value), String(value)])];

const flagNames = distinct(flags.flatMap((text) => text.split(" "))).filter((flag) => flag && flag !== "cached_compile").sort();

let typing = 0;
const search = () => {
  const input = report.element("input", {type: "search", name: "q", placeholder: "code, log, hash (/)", spellcheck: "false",
    oninput: () => {
      clearTimeout(typing);
      typing = setTimeout(() => report.setFilter({q: input.value}), 120);
    }});
  controls.q = input;
  return report.element("label", {class: "search"}, report.element("span", {}, "text"), input);
};

const fill = () => {
  const parts = [];
  const seeds = distinct(runs.map((run) => run.seed));
  if (series.length > 1) parts.push(choice("series", "series", named("all", series)));
  if (seeds.length > 1) parts.push(choice("s", "seed", named("all", seeds)));
  if (runs.length > distinct(runs.map((run) => run.series + " " + run.seed)).length) parts.push(choice("run", "run", named("all", runs.map((run) => run.name))));
  parts.push(choice("step", "step", named("all", distinct(rows.step).sort((a, b) => a - b))));
  parts.push(choice("task", "task", named("all", tasks)));
  const there = distinct(rows.status).sort((a, b) => a - b).map((i) => statuses[i]);
  parts.push(choice("status", "status", named("all", there)));
  parts.push(choice("reached", "at least", [["", "any"], ...stages.slice(1).map((name, i) => [String(i + 1), name])]));
  if (flagNames.length > 0) parts.push(choice("flag", "flag", named("any", flagNames)));
  parts.push(choice("sort", "order", Object.entries(report.orders).map(([key, {name}]) => [key, name])));
  parts.push(search());
  parts.push(report.element("button", {type: "button", id: "clear", onclick: () => report.clearFilter()}, "clear"));
  form.replaceChildren(...parts);
};

fill();
form.addEventListener("submit", (event) => event.preventDefault());

report.watch((what) => {
  if (what !== "filter") return;
  for (const [key, control] of Object.entries(controls))
    if (control.value !== report.filter[key] && document.activeElement !== control) control.value = report.filter[key];
  for (const [key, control] of Object.entries(controls))
    control.classList.toggle("active", key !== "sort" && report.filter[key] !== "");
});

report.search = () => {
  controls.q.scrollIntoView({block: "center"});
  controls.q.focus();
  controls.q.select();
};
