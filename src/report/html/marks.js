// Points, bars and cells of figures: a click filters the rollouts, and the filter shows on them.

const keysOf = (mark) => Object.fromEntries(["run", "series", "s", "step", "task", "reached"].filter((key) => mark.dataset[key] !== undefined).map((key) => [key, mark.dataset[key]]));

const isOn = (mark) => Object.entries(keysOf(mark)).every(([key, value]) => report.filter[key] === value);

// Off again when it is what filters now. A run says nothing where there is one only.
const press = (mark) => {
  const keys = keysOf(mark);
  if (report.data.runs.length === 1) delete keys.run;
  const on = Object.entries(keys).every(([key, value]) => report.filter[key] === value);
  report.setFilter(on ? Object.fromEntries(Object.keys(keys).map((key) => [key, ""])) : keys);
  report.say(on ? "Filter cleared" : "Rollouts filtered: " + Object.entries(keys).map(([key, value]) => `${key} ${key === "reached" ? report.data.stages[value] : value}`).join(", "));
};

document.addEventListener("click", (event) => {
  const mark = event.target.closest?.(".mark");
  if (mark) press(mark);
});
document.addEventListener("keydown", (event) => {
  if ((event.key !== "Enter" && event.key !== " ") || !event.target.classList?.contains("mark")) return;
  event.preventDefault();
  press(event.target);
});

const marks = [...document.querySelectorAll(".mark")];
const names = ["run", "series", "step", "task", "reached"];

// A mark is dimmed where the filter leaves it out, ringed where it is what filters.
report.watch((what) => {
  if (what !== "filter") return;
  const active = names.filter((key) => report.filter[key]);
  for (const mark of marks) {
    const other = active.some((key) => mark.dataset[key] !== undefined && mark.dataset[key] !== report.filter[key] && key !== "reached");
    mark.classList.toggle("dim", other);
    mark.classList.toggle("on", active.length > 0 && isOn(mark));
  }
});
